import * as Plot from "@observablehq/plot";
import type { Standing, Standings } from "../results/standings.ts";
import { criticalDifference, indistinguishable } from "../statistics/critical-difference.ts";
import { performanceProfile } from "../statistics/performance-profile.ts";
import type { Figure } from "./figure.ts";
import { number } from "./format.ts";
import { common, type Frame, svg } from "./plots.ts";

/** So many profiles can be told apart. */
const most = 6;
const resamples = 100;
const points = 33;

/** The methods whose profiles are drawn: those that rank best. The reference has none: all its gains are 0. */
const profiled = ({ standings, reference }: Standings): Standing[] =>
  standings.filter(({ rank, method }) => rank !== null && method !== reference).slice(0, most);

/** Share of runs whose gain over the reference is above a threshold, with bootstrap bands. */
export function profileFigure(board: Standings): Figure | null {
  const shown = profiled(board);
  if (shown.length === 0) return null;
  const all = shown.flatMap(({ places }) => places.flatMap(({ gains }) => gains)).sort((a, b) => a - b);
  // A few runs far out would leave the rest a narrow strip.
  const [low = 0, high = 0] = [all[Math.floor(all.length * 0.01)], all[Math.ceil(all.length * 0.99) - 1]];
  if (!(high > low)) return null;
  const thresholds = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
  const drawn = shown.flatMap(({ method, places }) =>
    performanceProfile(
      places.map(({ gains }) => gains),
      thresholds,
      { resamples },
    ).map((point) => ({
      method,
      ...point,
      threshold: 100 * point.threshold,
    })),
  );
  const methods = shown.map(({ method }) => method);
  const color = { scheme: "Observable10", type: "categorical", domain: methods } as const;
  const above = shown.map(({ method, places }) => {
    const runs = places.flatMap(({ gains }) => gains);
    return `${method} ${number((100 * runs.filter((gain) => gain > 0).length) / runs.length, 0)} %`;
  });
  return {
    name: "profiles",
    alt: `Performance profiles: share of runs above a gain over ${board.reference}. Above no gain at all: ${above.join(", ")}.`,
    caption:
      `Performance profiles: share of all runs whose gain over ${board.reference} is above the threshold; the higher the better. Bands: 95 % bootstrap, stratified by problem. ${shown.length < board.standings.length - 1 ? "Drawn are the rows that rank best." : ""}`.trim(),
    legend: () => {
      const scale = Plot.scale({ color });
      return methods.map((label) => ({ label, colour: String(scale.apply(label)) }));
    },
    draw: (frame) => profilePlot(drawn, color, frame),
  };
}

function profilePlot(drawn: Plot.Data, color: Plot.ScaleOptions, frame: Frame): string {
  return svg(
    Plot.plot({
      ...common(frame),
      height: 300,
      marginLeft: 52,
      marginRight: 14,
      marginTop: 26,
      marginBottom: 44,
      x: { label: "gain, %", labelAnchor: "center", labelArrow: "none", ticks: frame.width < 500 ? 4 : 8 },
      y: { label: "share of runs above", labelArrow: "none", grid: true, domain: [0, 1] },
      color: { ...color, legend: false },
      marks: [
        Plot.ruleX([0], { stroke: frame.palette.baseline, strokeDasharray: "4 4" }),
        Plot.areaY(drawn, { x: "threshold", y1: "low", y2: "high", fill: "method", fillOpacity: 0.13 }),
        Plot.line(drawn, { x: "threshold", y: "share", stroke: "method", strokeWidth: 1.7 }),
      ],
    }),
  );
}

/** Mean ranks over the benchmarks, with bars beside methods that Nemenyi's test cannot tell apart; null below five benchmarks. */
export function rankFigure({ friedman }: Standings): Figure | null {
  if (friedman === null) return null;
  const { methods, benchmarks, test } = friedman;
  const difference = criticalDifference(methods.length, benchmarks);
  const ranked = methods
    .map((method, i) => ({ method, rank: test.meanRanks[i] ?? 0 }))
    .sort((a, b) => a.rank - b.rank);
  const bars = indistinguishable(
    ranked.map(({ rank }) => rank),
    difference,
  ).map((group) => group.map((i) => ranked[i]?.method ?? ""));
  const told = ranked.map(({ method, rank }) => `${method} ${number(rank, 2)}`).join(", ");
  return {
    name: "critical-difference",
    alt: `Mean ranks over ${benchmarks} benchmarks, 1 is best: ${told}. Critical difference ${number(difference, 2)}.`,
    caption: `Mean rank over ${benchmarks} benchmarks (1 is best). Rows that share a bar are not told apart: their ranks are less than the critical difference, ${number(difference, 2)}, apart (Nemenyi, 5 %). Friedman's test: F = ${number(test.f, 2)}, p = ${test.pF.toPrecision(2)}${test.pF > 0.05 ? "; it finds no difference among them, and the diagram says nothing" : ""}.`,
    draw: (frame) => differenceDiagram(ranked, bars, frame),
  };
}

/** A row a method; bars stand upright at the right, so that it fits a phone with any number of methods. */
export function differenceDiagram(
  ranked: readonly { method: string; rank: number }[],
  bars: readonly (readonly string[])[],
  frame: Frame,
): string {
  const { palette, width } = frame;
  const methods = ranked.map(({ method }) => method);
  const longest = methods.reduce((length, method) => Math.max(length, method.length), 0);
  const space = 0.06 * methods.length;
  const right = methods.length + 0.1;
  const upright = bars.map((group, i) => ({
    from: group[0],
    to: group.at(-1),
    x: right + space * (i + 1),
  }));
  return svg(
    Plot.plot({
      ...common(frame),
      height: methods.length * 25 + 56,
      marginLeft: Math.min(width * 0.45, longest * 7.1 + 14),
      marginRight: 16,
      marginTop: 8,
      marginBottom: 48,
      x: {
        label: "mean rank   ← better",
        labelAnchor: "center",
        labelArrow: "none",
        domain: [1, right + space * (bars.length + 1)],
        ticks: methods.map((_, i) => i + 1).filter((rank) => rank % Math.ceil(methods.length / 10) === 0),
        tickFormat: "d",
        grid: true,
      },
      y: { label: null, domain: methods, type: "point", tickSize: 0 },
      marks: [
        Plot.ruleY(ranked, { x1: 1, x2: "rank", y: "method", stroke: palette.quiet, strokeOpacity: 0.5 }),
        Plot.dot(ranked, { x: "rank", y: "method", r: 5, fill: palette.rule }),
        Plot.link(upright, {
          x1: "x",
          x2: "x",
          y1: "from",
          y2: "to",
          stroke: palette.text,
          strokeWidth: 4,
          strokeLinecap: "round",
        }),
      ],
    }),
  );
}
