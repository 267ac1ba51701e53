import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";

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
  const seeds = lines.flatMap((line) => [...line.values.values()].map((value) => ({ line, value })));
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
    Plot.dot(seeds, {
      x: "value",
      y: ({ line }: { line: Line }) => line.method,
      r: 2.6,
      fill: ({ line }: { line: Line }) => palette[line.kind],
      fillOpacity: 0.38,
    }),
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

/** One curve, averaged over the seeds of each method; seeds that stopped early leave the mean where they end. */
export function curvePlot(name: string, group: GroupSummary, frame: Frame): string {
  const points = group.lines.flatMap((line) => {
    const curves = line.kept.flatMap((row) => (row.curves?.[name] ? [row.curves[name]] : []));
    const longest = Math.max(0, ...curves.map((curve) => curve.length));
    return Array.from({ length: longest }, (_, epoch) => {
      const values = curves.flatMap((curve) => curve[epoch] ?? []);
      const value = values.reduce((sum, x) => sum + x, 0) / values.length;
      return { method: line.method, epoch: epoch + 1, value };
    }).filter(({ value }) => Number.isFinite(value));
  });
  if (points.length === 0) return "";
  const epochs = Math.max(...points.map(({ epoch }) => epoch));
  const step = Math.ceil(epochs / (frame.width < 500 ? 5 : 10));
  const ticks = Array.from({ length: Math.floor(epochs / step) }, (_, i) => (i + 1) * step);
  return svg(
    Plot.plot({
      ...common(frame),
      height: 260,
      marginLeft: 52,
      marginRight: 12,
      marginBottom: 44,
      x: { label: "epoch", labelAnchor: "right", ticks, tickFormat: "d" },
      y: { label: name, grid: true, nice: true },
      // Ten hues and then again: the legend below the plot tells methods apart together with the order.
      color: { scheme: "Observable10", domain: group.lines.map((line) => line.method), legend: false },
      marks: [Plot.line(points, { x: "epoch", y: "value", stroke: "method", strokeWidth: 1.6 })],
    }),
  );
}

/** The colours of `curvePlot`, in its order. */
export function curveColours(group: GroupSummary): { method: string; colour: string }[] {
  const domain = group.lines.map((line) => line.method);
  const scale = Plot.scale({ color: { scheme: "Observable10", type: "categorical", domain } });
  return domain.map((method) => ({ method, colour: String(scale.apply(method)) }));
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

/** The element as text that stands alone: with its name space, and without Plot's own style sheet. */
export function svg(element: { outerHTML: string }): string {
  return element.outerHTML
    .replace(/<style>[^]*?<\/style>/g, "")
    .replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace(/(\d+\.\d{3})\d+/g, "$1");
}
