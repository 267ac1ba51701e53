import * as Plot from "@observablehq/plot";
import type { Row } from "../results/row.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { mean, standardDeviation } from "../statistics/interquartile-mean.ts";
import { studentQuantile } from "../statistics/student-t.ts";
import type { Figure } from "./figure.ts";
import { common, type Frame, svg } from "./plots.ts";
import { prominent } from "./prominent.ts";

/** Curves whose names begin so are weights of a task; all others are learning curves. */
const weightPrefix = "weight/";
/** What a curve named "NAME by AXIS" runs over; all others run over epochs. */
const axisOf = (name: string): string => / by (.+)$/.exec(name)?.[1] ?? "epoch";
/** So many lines can be told apart. */
const most = 8;

/** Mean over the seeds at one epoch, with its 95 % t interval where three seeds or more are there. */
interface Point {
  readonly line: string;
  readonly epoch: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A curve of some rows, averaged over their seeds; a seed that stopped early leaves the mean where it ends. */
function averaged(line: string, name: string, rows: readonly Row[]): Point[] {
  const curves = rows.flatMap((row) => (row.curves?.[name] ? [row.curves[name]] : []));
  const longest = curves.reduce((length, curve) => Math.max(length, curve.length), 0);
  return Array.from({ length: longest }, (_, epoch) => {
    const values = curves.flatMap((curve) => curve[epoch] ?? []);
    const value = mean(values);
    const n = values.length;
    const half = n < 3 ? 0 : (widthOf(n) * standardDeviation(values)) / Math.sqrt(n);
    return { line, epoch: epoch + 1, value, low: value - half, high: value + half };
  }).filter(({ value }) => Number.isFinite(value));
}

/** The quantile of the interval, by the number of seeds: the same one for thousands of points. */
const widths = new Map<number, number>();

function widthOf(seeds: number): number {
  const width = widths.get(seeds) ?? studentQuantile(0.975, seeds - 1);
  widths.set(seeds, width);
  return width;
}

interface Bands {
  readonly label: string;
  /** What the places of a curve are. */
  readonly axis: string;
  readonly points: readonly Point[];
  /** Drawn in colour, in this order; the others are grey and behind. */
  readonly shown: readonly string[];
  readonly height: number;
}

/** Lines with bands over epochs or another axis. */
export function bandPlot({ label, axis, points, shown, height }: Bands, frame: Frame): string {
  if (points.length === 0) return "";
  const { palette, width } = frame;
  const epochs = points.reduce((last, { epoch }) => Math.max(last, epoch), 1);
  const first = points.reduce((least, { epoch }) => Math.min(least, epoch), epochs);
  const step = Math.ceil(epochs / (width < 500 ? 5 : 10));
  const ticks = Array.from({ length: Math.floor(epochs / step) }, (_, i) => (i + 1) * step);
  const coloured = points.filter(({ line }) => shown.includes(line));
  const grey = points.filter(({ line }) => !shown.includes(line));
  return svg(
    Plot.plot({
      ...common(frame),
      height,
      marginLeft: 52,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 40,
      x: {
        label: axis,
        labelAnchor: "right",
        ticks: ticks.filter((tick) => tick >= first),
        tickFormat: "d",
      },
      y: { label, labelArrow: "none", grid: true, nice: true },
      color: { scheme: "Observable10", type: "categorical", domain: [...shown], legend: false },
      marks: [
        Plot.line(grey, { x: "epoch", y: "value", z: "line", stroke: palette.quiet, strokeOpacity: 0.3 }),
        Plot.areaY(coloured, { x: "epoch", y1: "low", y2: "high", fill: "line", fillOpacity: 0.15 }),
        Plot.line(coloured, { x: "epoch", y: "value", stroke: "line", strokeWidth: 1.7 }),
      ],
    }),
  );
}

const colours = (shown: readonly string[]) => (): { label: string; colour: string }[] => {
  const scale = Plot.scale({ color: { scheme: "Observable10", type: "categorical", domain: [...shown] } });
  return shown.map((label) => ({ label, colour: String(scale.apply(label)) }));
};

const said = (value: number | undefined): string =>
  value === undefined ? "–" : String(Number(value.toPrecision(3)));

/** One figure a learning curve. */
export function curveFigures(summary: BenchmarkSummary, group: GroupSummary): Figure[] {
  const { baseline } = summary.benchmark;
  const names = namesOf(group.lines).filter((name) => !name.startsWith(weightPrefix));
  const shown = prominent(summary, group, most).map(({ method }) => method);
  const others = group.lines.length - shown.length;
  return names.map((name) => {
    const points = group.lines.flatMap((line) => averaged(line.method, name, line.kept));
    const axis = axisOf(name);
    const kind = axis === "epoch" ? "Learning curves" : "Curves";
    const ends = shown.map((method) => {
      const own = points.filter(({ line }) => line === method);
      return `${method} ${said(own[0]?.value)} to ${said(own.at(-1)?.value)}`;
    });
    return {
      name: `curve-${name}`,
      alt: `${kind} of ${name}, first to last ${axis}: ${ends.join(", ")}.`,
      caption: `${name}: mean over the seeds, band: its 95 % interval.${others > 0 ? ` In colour: ${[...new Set([baseline, "single-task"])].join(", ")} and the best rows; grey: the ${others} others.` : ""}`,
      legend: colours(shown),
      draw: (frame) => bandPlot({ label: name, axis, points, shown, height: 260 }, frame),
    };
  });
}

/** One small figure a row: the weights of its tasks. */
export function weightFigures(lines: readonly Line[]): Figure[] {
  return lines.flatMap((line): Figure[] => {
    const names = namesOf([line]).filter((name) => name.startsWith(weightPrefix));
    if (names.length === 0) return [];
    const tasks = names.map((name) => name.slice(weightPrefix.length));
    const points = names.flatMap((name, k) => averaged(tasks[k] ?? "", name, line.kept));
    const ends = tasks.map((task) => {
      const own = points.filter((point) => point.line === task);
      return `${task} ${said(own[0]?.value)} to ${said(own.at(-1)?.value)}`;
    });
    return [
      {
        name: `weights-${line.method}`,
        alt: `Weights of ${line.method}, first to last epoch: ${ends.join(", ")}.`,
        caption: line.method,
        width: 340,
        legend: colours(tasks),
        draw: (frame) =>
          bandPlot({ label: "weight", axis: "epoch", points, shown: tasks, height: 200 }, frame),
      },
    ];
  });
}

/** Whether a row has weights to draw. */
export const hasWeights = (line: Line): boolean =>
  namesOf([line]).some((name) => name.startsWith(weightPrefix));

const namesOf = (lines: readonly Line[]): string[] => [
  ...new Set(lines.flatMap((line) => line.kept.flatMap((row) => Object.keys(row.curves ?? {})))),
];
