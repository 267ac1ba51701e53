import * as Plot from "@observablehq/plot";
import type { GradientSeries } from "../results/diagnostics.ts";
import { number } from "./format.ts";
import { common, type Frame, type Palette, svg } from "./plots.ts";

type Values = readonly (number | null)[];

export interface TaskColour {
  readonly task: string;
  readonly colour: string;
}

/** The primary in the colour of the text, auxiliaries in ten hues and then again. */
export function taskColours(tasks: readonly string[], palette: Palette): TaskColour[] {
  const [primary = "", ...auxiliaries] = tasks;
  const scale = Plot.scale({
    color: { scheme: "Observable10", type: "categorical", domain: auxiliaries },
  });
  return [
    { task: primary, colour: palette.text },
    ...auxiliaries.map((task) => ({ task, colour: String(scale.apply(task)) })),
  ];
}

interface Series {
  readonly label: string;
  readonly steps: readonly number[];
  /** One list a task. */
  readonly rows: readonly Values[];
  readonly tasks: readonly string[];
  readonly y?: Plot.ScaleOptions;
  /** Values at which a line is drawn across. */
  readonly rules?: readonly number[];
}

/** Two significant digits in as few characters as can be: −0.057, 0, 1.3, 210, 1e−5. */
function compact(value: number): string {
  const size = Math.abs(value);
  const [digits = "0", power] = size.toExponential(1).replace(".0", "").split("e");
  const plain =
    size >= 0.001 && size < 1000 ? String(Number(size.toPrecision(2))) : `${digits}e${Number(power)}`;
  return `${value < 0 ? "−" : ""}${size === 0 ? "0" : plain.replace("e-", "e−")}`;
}

/** One line a task over training steps. */
function seriesPlot({ label, steps, rows, tasks, y, rules = [] }: Series, frame: Frame): string {
  const colours = taskColours(tasks, frame.palette);
  const points = rows.flatMap((row, k) =>
    row.map((value, i) => ({ task: tasks[k], step: steps[i], value: value ?? Number.NaN })),
  );
  const last = Math.max(...steps);
  return svg(
    Plot.plot({
      ...common(frame),
      height: 210,
      marginLeft: 46,
      marginRight: 12,
      marginTop: 24,
      marginBottom: 40,
      x: {
        label: "step",
        labelAnchor: "right",
        labelArrow: "none",
        ticks: 4,
        tickFormat: (step: number) => (Number.isInteger(step) ? String(step) : ""),
        domain: [Math.min(...steps, last - 1), last],
      },
      y: { label, labelArrow: "none", grid: true, nice: true, ticks: 5, ...y },
      color: {
        type: "categorical",
        domain: colours.map(({ task }) => task),
        range: colours.map(({ colour }) => colour),
        legend: false,
      },
      marks: [
        Plot.ruleY(rules, { stroke: frame.palette.quiet, strokeDasharray: "4 4" }),
        Plot.line(points, { x: "step", y: "value", stroke: "task", strokeWidth: 1.7 }),
        ...(steps.length < 4 ? [Plot.dot(points, { x: "step", y: "value", fill: "task", r: 2.4 })] : []),
      ],
    }),
  );
}

/** Cosine of every auxiliary's gradient with the primary's. */
export function cosinePlot(
  tasks: readonly string[],
  { steps, cosines }: GradientSeries,
  frame: Frame,
): string {
  const label = "cosine with the primary's gradient";
  const y = { domain: [-1, 1], nice: false };
  // The primary's own is 1 always.
  const rows = cosines.map((row, k) => (k === 0 ? [] : row));
  return seriesPlot({ label, steps, rows, tasks, y, rules: [0] }, frame);
}

/** A logarithmic axis around the values: at most six powers of ten, with 2 and 5 times them where these are few. */
function logarithmic(least: number, most: number): Plot.ScaleOptions {
  const from = Math.floor(Math.log10(least));
  const powers = Math.ceil(Math.log10(most)) - from;
  const every = Math.ceil(powers / 6);
  const all = Array.from({ length: Math.ceil(powers / every) + 1 }, (_, i) => 10 ** (from + i * every));
  const ticks = powers > 3 ? all : all.flatMap((power) => [power, 2 * power, 5 * power]);
  // A power of ten may differ in its last bit from a value that is the same number.
  const [low, high] = [
    Math.max(...ticks.filter((tick) => tick <= least * (1 + 1e-9))),
    Math.min(...ticks.filter((tick) => tick >= most * (1 - 1e-9))),
  ];
  const inside = ticks.filter((tick) => tick >= low && tick <= high);
  return { type: "log", domain: [low, high], nice: false, ticks: inside, tickFormat: compact };
}

/** Norms on a logarithmic scale, where they span more than a decade; a gradient of zero has no point. */
export function normPlot(tasks: readonly string[], { steps, norms }: GradientSeries, frame: Frame): string {
  const rows = norms.map((row) => row.map((value) => (value === 0 ? null : value)));
  const all = rows.flat().filter((value) => value !== null);
  if (all.length === 0) return "";
  const [least, most] = [Math.min(...all), Math.max(...all)];
  const y = most > 10 * least ? logarithmic(least, most) : { zero: true };
  return seriesPlot({ label: "norm of the gradient", steps, rows, tasks, y }, frame);
}

/** Shares in the weighted gradient, which sum to 1. */
export function sharePlot(
  tasks: readonly string[],
  { steps, effectiveWeights }: GradientSeries,
  frame: Frame,
): string {
  if (effectiveWeights === null) return "";
  const label = "effective weight";
  const y = { domain: [0, 1], nice: false };
  return seriesPlot({ label, steps, rows: effectiveWeights, tasks, y }, frame);
}

interface HeatOptions {
  /** What a row and what a column is. */
  readonly axes: readonly [row: string, column: string] | null;
  /** Of the colour, 0 to 1, for a share of the largest number. */
  readonly strength: (share: number) => number;
  readonly shown: (value: number, largest: number) => string;
}

/** Mean cosine of every pair. */
export const cosineMap = (tasks: readonly string[], matrix: readonly Values[], frame: Frame): string =>
  heatMap(
    tasks,
    matrix,
    { axes: null, strength: (share) => share, shown: (value) => number(value, 2) },
    frame,
  );

/** Affinities in per cent. Some may be a thousand times as large as others: the root keeps the small ones visible. */
export const affinityMap = (tasks: readonly string[], matrix: readonly Values[], frame: Frame): string =>
  heatMap(
    tasks,
    matrix,
    {
      axes: ["a step on", "lowers the loss of"],
      strength: Math.sqrt,
      shown: (value, largest) => compact(Math.abs(value) < largest / 1000 ? 0 : 100 * value),
    },
    frame,
  );

/**
 * A matrix of signed numbers: blue above zero, amber below, the stronger the larger. The page shows through, so that zero looks like nothing in
 * the light and in the dark.
 */
function heatMap(
  tasks: readonly string[],
  matrix: readonly Values[],
  { axes, strength, shown }: HeatOptions,
  frame: Frame,
): string {
  const { palette, width } = frame;
  const cells = matrix.flatMap((row, i) =>
    row.flatMap((value, j) => (value === null ? [] : [{ row: tasks[i], column: tasks[j], value }])),
  );
  const largest = Math.max(0, ...cells.map(({ value }) => Math.abs(value)));
  const longest = Math.max(...tasks.map((task) => task.length));
  const margin = Math.min(width * 0.42, longest * 7.6 + (axes ? 34 : 12));
  const cell = Math.min(46, (width - margin - 8) / tasks.length);
  // Names of columns lean, and take as much height.
  const below = Math.min(width * 0.36, longest * 5 + (axes ? 40 : 20));
  const fits = cell >= Math.max(...cells.map(({ value }) => shown(value, largest).length)) * 6 + 2;
  type Entry = (typeof cells)[number];
  return svg(
    Plot.plot({
      ...common(frame),
      width: margin + cell * tasks.length + 8,
      height: cell * tasks.length + below + 8,
      marginTop: 8,
      marginRight: 8,
      marginLeft: margin,
      marginBottom: below,
      x: {
        domain: tasks,
        label: axes?.[1] ?? null,
        labelAnchor: "center",
        labelArrow: "none",
        tickSize: 0,
        tickRotate: -40,
        padding: 0.06,
      },
      y: {
        domain: tasks,
        label: axes?.[0] ?? null,
        labelOffset: margin - 8,
        labelAnchor: "center",
        labelArrow: "none",
        tickSize: 0,
        padding: 0.06,
      },
      marks: [
        Plot.cell(cells, {
          x: "column",
          y: "row",
          fill: ({ value }: Entry) => (value < 0 ? palette.control : palette.rule),
          fillOpacity: {
            value: ({ value }: Entry) => (largest === 0 ? 0 : 0.75 * strength(Math.abs(value) / largest)),
            scale: null,
          },
          stroke: palette.quiet,
          strokeOpacity: 0.35,
        }),
        ...(fits
          ? [
              Plot.text(cells, {
                x: "column",
                y: "row",
                text: ({ value }: Entry) => shown(value, largest),
                fill: palette.text,
                fontSize: 11,
              }),
            ]
          : []),
      ],
    }),
  );
}
