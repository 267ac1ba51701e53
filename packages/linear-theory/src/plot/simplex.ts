import * as Plot from "@observablehq/plot";
import { altitude, rim, type SimplexFigure, type SimplexPoint } from "../figures/simplex.ts";
import { ink, panel, ratioColours, ratioLevels } from "./panel.ts";
import { ratioKeys } from "./phase-diagram.ts";
import type { Picture } from "./picture.ts";

/** Figure 7: the primary's corner is below left, auxiliary 1 below right, auxiliary 2 above. */
export function drawSimplex({
  problem,
  ratios,
  columns,
  rows,
  best,
  equal,
  generalised,
}: SimplexFigure): Picture {
  const place = ({ weights }: SimplexPoint) => ({
    x: weights[1]! + weights[2]! / 2,
    y: weights[2]! * altitude,
  });
  const marks = [
    { ...place(best), label: `best, ${best.ratio.toFixed(2)}`, symbol: "star" },
    { ...place(equal), label: `equal, ${equal.ratio.toFixed(2)}`, symbol: "circle" },
    { ...place(generalised), label: `1/s², ${generalised.ratio.toFixed(2)}`, symbol: "square" },
  ];
  const corners = [
    { x: 0, y: 0, label: "primary alone", dy: 20 },
    { x: 1, y: 0, label: "auxiliary 1 alone", dy: 20 },
    { x: 0.5, y: altitude, label: "auxiliary 2 alone", dy: -16 },
  ];
  // Over what the contours cover outside the triangle.
  const [left, right, top] = [corners[0]!, corners[1]!, corners[2]!];
  const covers = [
    [left, top, { x: 0.5, y: 1 }, { x: -0.1, y: 1 }, { x: -0.1, y: -0.1 }],
    [right, top, { x: 0.5, y: 1 }, { x: 1.1, y: 1 }, { x: 1.1, y: -0.1 }],
    [left, right, { x: 1.1, y: -0.1 }, { x: -0.1, y: -0.1 }],
  ].map((cover, side) => cover.map((corner) => ({ ...corner, side })));
  const range = Math.min(...ratios);
  const triangle = panel({
    width: 760,
    height: 539,
    bare: true,
    x: { axis: null, domain: [-0.28, 1.28], grid: false },
    y: { axis: null, domain: [-0.12, altitude + 0.12], grid: false },
    color: { type: "threshold", domain: [...ratioLevels], range: [...ratioColours] },
    marks: [
      Plot.contour([...ratios], {
        width: columns,
        height: rows,
        x1: -rim,
        y1: -rim,
        x2: 1 + rim,
        y2: altitude + rim,
        fill: Plot.identity,
        thresholds: [range, ...ratioLevels.filter((level) => level > range)],
        stroke: "#ffffff",
        strokeWidth: 0.6,
      }),
      Plot.line(covers.flat(), {
        x: "x",
        y: "y",
        z: "side",
        fill: "#ffffff",
        stroke: "#ffffff",
        curve: "linear-closed",
      }),
      Plot.line([...corners, corners[0]!], { x: "x", y: "y", stroke: ink.text, strokeWidth: 1.6 }),
      ...corners.map(({ dy, ...corner }) =>
        Plot.text([corner], { x: "x", y: "y", text: "label", dy, fontWeight: 600 }),
      ),
      Plot.dot(marks, {
        x: "x",
        y: "y",
        symbol: "symbol",
        r: 7,
        fill: "#ffd23f",
        stroke: ink.text,
        strokeWidth: 1.4,
      }),
      Plot.text(marks, {
        x: "x",
        y: "y",
        text: "label",
        dx: 14,
        textAnchor: "start",
        fontWeight: 600,
        stroke: "#ffffff",
        strokeWidth: 4,
        fill: ink.text,
      }),
    ],
  });
  const { features, rows: samples, noise, shifts } = problem;
  const [low, high] = [range, Math.max(...ratios)];
  return {
    title: "All weights of three tasks",
    keys: ratioKeys().filter(
      (_, i) => (ratioLevels[i] ?? Number.POSITIVE_INFINITY) > low && (ratioLevels[i - 1] ?? 0) < high,
    ),
    panels: [[triangle]],
    caption: `Risk relative to the primary alone, by the equivalent; a place in the triangle is a set of weights that sum to 1. D = ${features}, rows ${samples.join(", ")}, noise variances ${noise.join(", ")}; squared distances of the coefficients ${shifts[1]![1]} (auxiliary 1, near and noisy) and ${shifts[2]![2]} (auxiliary 2, far and clean). Weights 1/s², which are best for tasks with the same coefficients, trust the clean but far auxiliary too much.`,
  };
}
