import * as Plot from "@observablehq/plot";
import type { SimplexFigure, SimplexPoint } from "../figures/simplex.ts";
import { ink, panel, ratioColour } from "./panel.ts";
import { ratioKeys } from "./phase-diagram.ts";
import type { Picture } from "./picture.ts";

const height = Math.sqrt(3) / 2;

/** Figure 7: the primary's corner is below left, auxiliary 1 below right, auxiliary 2 above. */
export function drawSimplex({ problem, points, steps, best, equal, generalised }: SimplexFigure): Picture {
  const place = ({ weights }: SimplexPoint) => ({
    x: weights[1]! + weights[2]! / 2,
    y: weights[2]! * height,
  });
  const side = 1 / steps;
  const marks = [
    { ...place(best), label: `best, ${best.ratio.toFixed(2)}`, symbol: "star" },
    { ...place(equal), label: `equal, ${equal.ratio.toFixed(2)}`, symbol: "circle" },
    { ...place(generalised), label: `1/s², ${generalised.ratio.toFixed(2)}`, symbol: "square" },
  ];
  const cells = points.map((point) => ({ ...place(point), colour: ratioColour(point.ratio) }));
  const corners = [
    { x: 0, y: 0, label: "primary alone", dy: 20 },
    { x: 1, y: 0, label: "auxiliary 1 alone", dy: 20 },
    { x: 0.5, y: height, label: "auxiliary 2 alone", dy: -12 },
  ];
  const used = new Set(cells.map(({ colour }) => colour));
  const triangle = panel({
    width: 620,
    height: 540,
    x: { axis: null, domain: [-0.12, 1.12], grid: false },
    y: { axis: null, domain: [-0.1, height + 0.1], grid: false },
    marks: [
      Plot.dot(cells, { x: "x", y: "y", fill: "colour", r: side * 330, symbol: "hexagon" }),
      Plot.line([...corners, corners[0]!], { x: "x", y: "y", stroke: ink.text, strokeWidth: 1.4 }),
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
        dx: 12,
        textAnchor: "start",
        fontWeight: 600,
        stroke: "#ffffff",
        strokeWidth: 4,
        fill: ink.text,
      }),
    ],
  });
  const { features, rows, noise, shifts } = problem;
  return {
    title: "All weights of three tasks",
    keys: ratioKeys().filter(({ colour }) => used.has(colour)),
    panels: [triangle],
    caption: `Risk relative to the primary alone, by the equivalent; a place in the triangle is a set of weights that sum to 1. D = ${features}, rows ${rows.join(", ")}, noise variances ${noise.join(", ")}; squared distances of the coefficients ${shifts[1]![1]} (auxiliary 1, near and noisy) and ${shifts[2]![2]} (auxiliary 2, far and clean). Weights 1/s², which are best for tasks with the same coefficients, trust the clean but far auxiliary too much.`,
  };
}
