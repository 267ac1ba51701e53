import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { curveFigures, weightFigures } from "./curves.ts";
import { hasInside, insideFigures, transferFigure } from "./diagnostics.ts";
import type { Figure } from "./figure.ts";
import { decimalsOf, metricTitle, number } from "./format.ts";
import { paretoFigure } from "./pareto.ts";
import { differencePlot, intervalPlot, seedWords } from "./plots.ts";
import { prominent } from "./prominent.ts";

/** The figures of one table, where the page shows them. */
export interface GroupFigures {
  readonly intervals: Figure;
  readonly differences: Figure;
  readonly transfer: Figure | null;
  readonly cost: Figure;
  readonly curves: readonly Figure[];
  readonly weights: readonly Figure[];
  /** The rows whose weights and gradients are drawn. */
  readonly inside: readonly Line[];
}

/** @param rows at most so many rows have their weights and gradients drawn. */
export function groupFigures(summary: BenchmarkSummary, group: GroupSummary, rows: number): GroupFigures {
  const drawn = prominent(summary, group, rows);
  return {
    intervals: intervals(summary, group),
    differences: differences(summary, group),
    transfer: transferFigure(summary, group),
    cost: paretoFigure(summary, group),
    curves: curveFigures(summary, group),
    weights: weightFigures(drawn),
    inside: drawn.filter(hasInside),
  };
}

/** All of them in one list, each with a name of its own. */
export const allFigures = (figures: GroupFigures): Figure[] => [
  figures.intervals,
  figures.differences,
  ...(figures.transfer ? [figures.transfer] : []),
  figures.cost,
  ...figures.curves,
  ...figures.weights,
  ...figures.inside.flatMap(insideFigures),
];

function intervals(summary: BenchmarkSummary, group: GroupSummary): Figure {
  const { baseline } = summary.benchmark;
  const decimals = decimalsOf(group);
  const centers = group.lines.map(({ method, center }) => `${method} ${number(center, decimals)}`).join(", ");
  const seeds = group.lines.map((line) => ({ line, values: [...line.values.values()] }));
  return {
    name: "intervals",
    alt: `${metricTitle(summary)}. IQM: ${centers}. Intervals are in the table.`,
    caption: `${metricTitle(summary)}. Large dots: IQM, bars: 95 % intervals, ${seedWords(seeds)}, dashed: ${baseline}.`,
    draw: (frame) => intervalPlot(summary, group, frame),
  };
}

function differences(summary: BenchmarkSummary, group: GroupSummary): Figure {
  const { baseline } = summary.benchmark;
  const told = (verdict: string): string =>
    group.lines
      .filter((line) => line.verdict === verdict)
      .map(({ method }) => method)
      .join(", ") || "none";
  return {
    name: "differences",
    alt: `Paired difference to ${baseline}. Better: ${told("better")}. Worse: ${told("worse")}.`,
    caption: `Paired difference to ${baseline} with 95 % intervals; grey: no difference, or too little to tell.`,
    draw: (frame) => differencePlot(summary, group, frame),
  };
}
