import * as Plot from "@observablehq/plot";
import type { WeightMapFigure } from "../figures/weight-map.ts";
import { cells, edges, ink, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

/** Classes of a weight from 0 to 1/2 (tasks with the same noise), from light to dark. */
const steps = [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4] as const;
const colours = [
  "#f7fcf0",
  "#e6f5e1",
  "#d3eecd",
  "#b8e3be",
  "#97d6bb",
  "#74c5c4",
  "#53b0d0",
  "#3592c1",
  "#1c73b1",
  "#0b559f",
  "#083877",
] as const;

function colourOf(weight: number): string {
  const at = steps.findIndex((step) => weight < step);
  return colours[at === -1 ? steps.length : at]!;
}

/** Figure 4. */
export function drawWeightMap({
  features,
  primaryRows,
  rows,
  shifts,
  weights,
  fromData,
  dataFeatures,
}: WeightMapFigure): Picture {
  const map = panel({
    width: 380,
    height: 360,
    heading: "a. best weight",
    x: {
      type: "log",
      label: "auxiliary rows n₁",
      ticks: [10, 30, 100, 300],
      tickFormat: String,
      domain: [edges(rows)[0]!, edges(rows).at(-1)!],
    },
    y: {
      type: "log",
      label: "Δ",
      domain: [edges(shifts)[0]!, edges(shifts).at(-1)!],
      ticks: [0.03, 0.1, 0.3, 1, 3, 10],
      tickFormat: String,
    },
    marks: [
      cells(
        rows,
        shifts,
        weights.map((row) => row.map(colourOf)),
      ),
    ],
  });
  const apart = 2 ** 0.08;
  const scatter = panel({
    width: 380,
    height: 360,
    heading: "b. weights from data, mean ± s.d.",
    x: {
      type: "log",
      base: 2,
      label: "primary rows n₀",
      ticks: [20, 40, 80, 160, 320, 640],
      tickFormat: String,
      domain: [17, 760],
    },
    y: { label: "a₁ / (a₀ + a₁)", domain: [0, 0.62] },
    marks: fromData.flatMap(({ points }, i) => {
      const colour = ink.series[i]!;
      // Side by side, so that bars do not hide each other.
      const moved = points.map((point) => ({ ...point, rows: point.rows * apart ** (i - 1) }));
      return [
        Plot.line(points, { x: "rows", y: "best", stroke: colour, strokeWidth: 2 }),
        Plot.ruleX(moved, {
          x: "rows",
          y1: ({ mean, deviation }: { mean: number; deviation: number }) => mean - deviation,
          y2: ({ mean, deviation }: { mean: number; deviation: number }) => mean + deviation,
          stroke: colour,
          strokeWidth: 1.6,
        }),
        Plot.dot(moved, { x: "rows", y: "mean", r: 3.4, fill: colour, stroke: "#ffffff" }),
      ];
    }),
  });
  return {
    title: "The best weight of one auxiliary, and what data make of it",
    keys: [
      ...colours.map((colour, i) => ({
        colour,
        sign: "square" as const,
        label:
          i === 0
            ? `a: below ${steps[0]}`
            : i === steps.length
              ? `above ${steps.at(-1)}`
              : `${steps[i - 1]}–${steps[i]}`,
      })),
      ...fromData.map(({ shift }, i) => ({ label: `b: Δ = ${shift}`, colour: ink.series[i]! })),
    ],
    panels: [[map, scatter]],
    caption: `The auxiliary's share a₁ / (a₀ + a₁) of the weight, 1/2 where tasks with the same noise have the same coefficients. a: D = ${features}, n₀ = ${primaryRows}, by the equivalent; it falls with the distance Δ and, more slowly, with the auxiliary's rows. b: D = ${dataFeatures}, n₁ = 2 n₀; lines are the best weights, which data find ever more closely as rows grow, near Δ = 0 last.`,
  };
}
