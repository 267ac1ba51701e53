import * as Plot from "@observablehq/plot";
import { gains } from "../results/gain.ts";
import type { BenchmarkSummary, GroupSummary } from "../results/summary.ts";
import { mean } from "../statistics/interquartile-mean.ts";
import type { Figure } from "./figure.ts";
import { number } from "./format.ts";
import { common, type Frame, svg } from "./plots.ts";

/** A row by what it costs and what it brings. */
export interface Offer {
  readonly method: string;
  readonly kind: "baseline" | "rule" | "control";
  /** Seconds of a trial over the baseline's. */
  readonly cost: number;
  /** Mean gain over the baseline, in per cent. */
  readonly gain: number;
}

/** Cost and gain of every row that has both; empty where the baseline is at 0. */
export function offers({ benchmark }: BenchmarkSummary, { lines }: GroupSummary): Offer[] {
  const baseline = lines.find(({ method }) => method === benchmark.baseline);
  if (baseline === undefined) return [];
  return lines
    .map((line) => ({
      method: line.method,
      kind: line.kind,
      cost: line.seconds / baseline.seconds,
      gain: 100 * mean(gains(line, baseline, benchmark.metric.better)),
    }))
    .filter(({ cost, gain }) => Number.isFinite(cost) && cost > 0 && Number.isFinite(gain));
}

/** The offers that no other beats: none is as cheap and brings more, or brings as much and is cheaper. The cheapest first; controls are no offers. */
export function front(all: readonly Offer[]): Offer[] {
  const sorted = all
    .filter(({ kind }) => kind !== "control")
    .sort((a, b) => a.cost - b.cost || b.gain - a.gain);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ gain }) => {
    const better = gain > best;
    best = Math.max(best, gain);
    return better;
  });
}

/** Cost against gain, with the front as a stair; only its rows are named, or names would cover each other. */
export function paretoPlot(all: readonly Offer[], frame: Frame): string {
  if (all.length < 2) return "";
  const { palette, width } = frame;
  const best = front(all);
  const costs = all.map(({ cost }) => cost);
  return svg(
    Plot.plot({
      ...common(frame),
      height: width < 500 ? 300 : 360,
      marginLeft: 52,
      marginRight: width < 500 ? 70 : 110,
      marginTop: 26,
      marginBottom: 44,
      x: {
        type: "log",
        label: "seconds of a trial, times the baseline's",
        labelAnchor: "center",
        labelArrow: "none",
        grid: true,
        domain: [Math.min(...costs) / 1.08, Math.max(...costs) * 1.08],
        ticks: width < 500 ? 3 : 6,
        tickFormat: (value: number) => `${Number(value.toPrecision(2))}`,
      },
      y: { label: "gain, %", labelArrow: "none", grid: true, nice: true },
      marks: [
        Plot.ruleY([0], { stroke: palette.baseline, strokeDasharray: "4 4" }),
        Plot.line(best, {
          x: "cost",
          y: "gain",
          curve: "step-after",
          stroke: palette.better,
          strokeWidth: 1.6,
        }),
        Plot.dot(all, {
          x: "cost",
          y: "gain",
          r: 4,
          fill: ({ kind }: Offer) => palette[kind],
          fillOpacity: 0.8,
        }),
        Plot.text(best, {
          x: "cost",
          y: "gain",
          text: "method",
          dx: 7,
          dy: -7,
          textAnchor: "start",
          fill: palette.text,
        }),
      ],
    }),
  );
}

export function paretoFigure(summary: BenchmarkSummary, group: GroupSummary): Figure {
  const { baseline } = summary.benchmark;
  const all = offers(summary, group);
  const named = front(all).map(
    ({ method, cost, gain }) => `${method} ${number(gain, 1, true)} % at ${number(cost, 2)} times`,
  );
  return {
    name: "cost-gain",
    alt: `Gain over ${baseline} against cost of a trial. On the front: ${named.join(", ")}.`,
    caption: `Cost against gain: mean gain over ${baseline} in per cent of its IQM, seconds of a trial as a multiple of its seconds. The line joins the rows that no other beats on both; controls (amber) are no offers.`,
    draw: (frame) => paretoPlot(all, frame),
  };
}
