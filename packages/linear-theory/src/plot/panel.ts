import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** Colours with enough contrast on white. `series` holds apart for the common kinds of colour blindness. */
export const ink = {
  text: "#20242b",
  quiet: "#767d89",
  series: ["#2463b4", "#c2410c", "#17763a", "#7b3fa0"],
} as const;

/** From better than the primary alone (blue) to worse (red), the ratio 1 in the middle; one colour a class between `ratioLevels`. */
export const ratioLevels = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 4] as const;
export const ratioColours = [
  "#08306b",
  "#08519c",
  "#2171b5",
  "#4292c6",
  "#6baed6",
  "#9ecae1",
  "#c6dbef",
  "#e8f1fa",
  "#fde6d8",
  "#fcbba1",
  "#fb8a6a",
  "#de3d2d",
  "#99000d",
] as const;

/** The colour of a ratio's class. */
export function ratioColour(ratio: number): string {
  const at = ratioLevels.findIndex((level) => ratio < level);
  return ratioColours[at === -1 ? ratioLevels.length : at]!;
}

export interface PanelOptions {
  readonly width: number;
  readonly height: number;
  /** Written above the panel. */
  readonly heading?: string;
  readonly x: Plot.ScaleOptions;
  readonly y: Plot.ScaleOptions;
  readonly color?: Plot.ScaleOptions;
  readonly marks: Plot.Markish[];
  /** Room for the labels of the y axis. Default 62. */
  readonly left?: number;
  /** Without axes and frame: the drawing fills the panel. Default false. */
  readonly bare?: boolean;
}

/** One panel as SVG text: axes with labels in the middle, a light grid. */
export function panel({
  width,
  height,
  heading,
  x,
  y,
  color,
  marks,
  left = 62,
  bare = false,
}: PanelOptions): string {
  const axis = { labelAnchor: "center", labelArrow: "none", grid: true } as const;
  const element = Plot.plot({
    document: parseHTML("<!doctype html><html><body></body></html>").document,
    width,
    height,
    className: "plot",
    style: { fontSize: "13px", fontFamily: "system-ui, 'DejaVu Sans', sans-serif", color: ink.text },
    marginLeft: bare ? 0 : left,
    marginRight: bare ? 0 : 14,
    marginTop: bare ? 0 : heading === undefined ? 14 : 34,
    marginBottom: bare ? 0 : 48,
    ...(color && { color }),
    x: { ...axis, ...x },
    y: { ...axis, ...y },
    marks: [
      ...(bare ? [] : [Plot.frame({ stroke: "#c3c8d0" })]),
      ...marks,
      ...(heading === undefined
        ? []
        : [Plot.text([heading], { frameAnchor: "top", dy: -26, fontSize: 13, fontWeight: 600 })]),
    ],
  }) as unknown as { outerHTML: string };
  return element.outerHTML
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/(\d+\.\d{2})\d+/g, "$1");
}

/** Simulated means with bars of two standard errors on either side. */
export function dots(
  data: readonly { readonly x: number; readonly mean: number; readonly se: number }[],
  colour: string,
): Plot.Markish[] {
  return [
    Plot.ruleX(data, {
      x: "x",
      y1: (dot: { mean: number; se: number }) => dot.mean - 2 * dot.se,
      y2: (dot: { mean: number; se: number }) => dot.mean + 2 * dot.se,
      stroke: colour,
      strokeWidth: 1.6,
    }),
    Plot.dot(data, { x: "x", y: "mean", r: 3.2, fill: colour, stroke: "#ffffff", strokeWidth: 0.8 }),
  ];
}

/** A horizontal line at a height that matters, with its name. */
export function level(y: number, label: string, side: "left" | "right" = "right"): Plot.Markish[] {
  return [
    Plot.ruleY([y], { stroke: ink.text, strokeDasharray: "6 3", strokeWidth: 1.3 }),
    Plot.text([label], {
      y: [y],
      frameAnchor: side,
      dx: side === "left" ? 6 : -6,
      dy: -8,
      textAnchor: side === "left" ? "start" : "end",
      fill: ink.text,
      stroke: "#ffffff",
      strokeWidth: 4,
    }),
  ];
}

/** A map of coloured cells around the places of a logarithmic grid; `colours` has a row for every y. */
export function cells(
  x: readonly number[],
  y: readonly number[],
  colours: readonly (readonly string[])[],
): Plot.Markish {
  const [xs, ys] = [edges(x), edges(y)];
  const found = colours.flatMap((row, i) =>
    runs(row).map(({ from, to, colour }) => ({
      x1: xs[from]!,
      x2: xs[to]!,
      y1: ys[i]!,
      y2: ys[i + 1]!,
      colour,
    })),
  );
  // Neighbours of one colour would show seams: the stroke covers them.
  return Plot.rect(found, {
    x1: "x1",
    x2: "x2",
    y1: "y1",
    y2: "y2",
    fill: "colour",
    stroke: "colour",
    strokeWidth: 0.7,
  });
}

/** Neighbours of one colour, drawn as one. */
function runs(colours: readonly string[]): { from: number; to: number; colour: string }[] {
  const found: { from: number; to: number; colour: string }[] = [];
  for (const [at, colour] of colours.entries()) {
    const last = found.at(-1);
    if (last?.colour === colour) last.to = at + 1;
    else found.push({ from: at, to: at + 1, colour });
  }
  return found;
}

/** Borders of cells around values on a logarithmic axis. */
export function edges(values: readonly number[]): number[] {
  const inner = values.slice(1).map((value, i) => Math.sqrt(value * values[i]!));
  return [values[0]! ** 2 / inner[0]!, ...inner, values.at(-1)! ** 2 / inner.at(-1)!];
}
