import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { quantile } from "../statistics/bootstrap.ts";

/** Colours by meaning; CSS variables in the page, plain colours in a picture. */
export interface Palette {
  readonly baseline: string;
  readonly rule: string;
  readonly control: string;
  readonly better: string;
  readonly worse: string;
  readonly quiet: string;
  readonly text: string;
}

export const pagePalette: Palette = {
  baseline: "var(--baseline)",
  rule: "var(--rule)",
  control: "var(--control)",
  better: "var(--better)",
  worse: "var(--worse)",
  quiet: "var(--quiet)",
  text: "var(--text)",
};

export const picturePalette: Palette = {
  baseline: "#3d4451",
  rule: "#2463b4",
  control: "#a8660a",
  better: "#17763a",
  worse: "#b3261e",
  quiet: "#767d89",
  text: "#20242b",
};

/** What all plots of a page share. */
export interface Frame {
  readonly width: number;
  readonly palette: Palette;
}

const rowHeight = 25;
const charWidth = 7.1;

/** IQM with its 95 % interval over the single seeds, one row a method; the dashed line is the baseline's IQM. */
export function intervalPlot(summary: BenchmarkSummary, group: GroupSummary, frame: Frame): string {
  const { benchmark } = summary;
  const { palette } = frame;
  const { lines } = group;
  const seeds = lines.map((line) => ({ line, values: [...line.values.values()] }));
  const baseline = lines.find((line) => line.method === benchmark.baseline);
  const direction = benchmark.metric.better === "lower" ? "← better" : "better →";
  const unit = benchmark.metric.unit ? `, ${benchmark.metric.unit}` : "";
  const bounded = lines.filter((line) => Number.isFinite(line.interval.low));
  return rowPlot(lines, frame, `test ${benchmark.metric.name}${unit}   ${direction}`, [
    ...(baseline && Number.isFinite(baseline.center)
      ? [
          Plot.ruleX([baseline.center], {
            stroke: palette.baseline,
            strokeDasharray: "4 4",
            strokeOpacity: 0.7,
          }),
        ]
      : []),
    seedMark(seeds, ({ kind }) => palette[kind]),
    Plot.ruleY(bounded, {
      x1: (line: Line) => line.interval.low,
      x2: (line: Line) => line.interval.high,
      y: "method",
      stroke: (line: Line) => palette[line.kind],
      strokeWidth: 2.2,
    }),
    Plot.dot(
      lines.filter((line) => Number.isFinite(line.center)),
      { x: "center", y: "method", r: 5, fill: (line: Line) => palette[line.kind] },
    ),
  ]);
}

/** Mean paired difference to the baseline with its t interval; grey where the interval holds zero or nothing may be concluded. */
export function differencePlot(summary: BenchmarkSummary, group: GroupSummary, frame: Frame): string {
  const { benchmark } = summary;
  const { palette } = frame;
  const rows = group.lines.flatMap((line) => (line.difference ? [{ ...line, ...line.difference }] : []));
  if (rows.length === 0) return "";
  type Drawn = (typeof rows)[number];
  const colour = ({ verdict }: Drawn) =>
    verdict === "better" || verdict === "worse" ? palette[verdict] : palette.quiet;
  const direction = benchmark.metric.better === "lower" ? "← better" : "better →";
  return rowPlot(group.lines, frame, `difference to ${benchmark.baseline}   ${direction}`, [
    Plot.ruleX([0], { stroke: palette.baseline, strokeDasharray: "4 4" }),
    Plot.ruleY(
      rows.filter((row) => Number.isFinite(row.low)),
      { x1: "low", x2: "high", y: "method", stroke: colour, strokeWidth: 2.2 },
    ),
    Plot.dot(rows, { x: "mean", y: "method", r: 5, fill: colour }),
  ]);
}

/** The single seeds of a row. */
export interface Seeds {
  readonly line: Line;
  readonly values: readonly number[];
}

/** More dots than this are a smear, and a megabyte of it. */
const mostDots = 1500;

const tooMany = (rows: readonly Seeds[]): boolean =>
  rows.reduce((sum, { values }) => sum + values.length, 0) > mostDots;

/** What `seedMark` draws, for a caption. */
export const seedWords = (rows: readonly Seeds[]): string =>
  tooMany(rows) ? "thin lines: where nine of ten seeds lie" : "small dots: seeds";

/** A dot a seed; where there are too many of them, a thin line from the 5 % to the 95 % quantile of each row. */
export function seedMark(rows: readonly Seeds[], colour: (line: Line) => string): Plot.Markish {
  if (!tooMany(rows)) {
    const dots = rows.flatMap(({ line, values }) => values.map((value) => ({ line, value })));
    return Plot.dot(dots, {
      x: "value",
      y: ({ line }: { line: Line }) => line.method,
      r: 2.6,
      fill: ({ line }: { line: Line }) => colour(line),
      fillOpacity: 0.4,
    });
  }
  const spans = rows
    .filter(({ values }) => values.length > 0)
    .map(({ line, values }) => {
      const sorted = [...values].sort((a, b) => a - b);
      return { line, low: quantile(sorted, 0.05), high: quantile(sorted, 0.95) };
    });
  return Plot.ruleY(spans, {
    x1: "low",
    x2: "high",
    y: ({ line }: { line: Line }) => line.method,
    stroke: ({ line }: { line: Line }) => colour(line),
    strokeWidth: 0.8,
    strokeOpacity: 0.7,
  });
}

export function rowPlot(rows: readonly Line[], frame: Frame, label: string, marks: Plot.Markish[]): string {
  const longest = Math.max(...rows.map((row) => row.method.length));
  return svg(
    Plot.plot({
      ...common(frame),
      height: rows.length * rowHeight + 56,
      marginLeft: Math.min(frame.width * 0.45, longest * charWidth + 14),
      marginRight: 16,
      marginTop: 8,
      marginBottom: 48,
      x: {
        label,
        grid: true,
        nice: true,
        labelAnchor: "center",
        labelArrow: "none",
        ticks: frame.width < 500 ? 4 : 8,
      },
      y: { label: null, domain: rows.map((row) => row.method), tickSize: 0 },
      marks,
    }),
  );
}

export function common({ width, palette }: Frame): Plot.PlotOptions {
  return {
    document: parseHTML("<!doctype html><html><body></body></html>").document,
    width,
    className: "plot",
    style: { fontSize: "13px", fontFamily: "system-ui, 'DejaVu Sans', sans-serif", color: palette.text },
  };
}

/** The element as text that stands alone: with its name space, without Plot's own style sheet, and with coordinates of three decimals. */
export function svg(element: { outerHTML: string }): string {
  return element.outerHTML
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/<[^>]*>/g, (tag) => tag.replace(/(\d+\.\d{3})\d+/g, "$1"));
}
