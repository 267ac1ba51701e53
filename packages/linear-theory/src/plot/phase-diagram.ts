import * as Plot from "@observablehq/plot";
import type { PhaseDiagram, PhaseMap } from "../figures/phase-diagram.ts";
import { cells, edges, ink, panel, ratioColour, ratioColours, ratioLevels } from "./panel.ts";
import type { Key, Picture } from "./picture.ts";

/** Figure 3. */
export function drawPhaseDiagram({
  features,
  primaryRows,
  byRows,
  byNoise,
  noiseRows,
}: PhaseDiagram): Picture {
  const rows = { label: "auxiliary rows n₁", ticks: [10, 30, 100, 300] };
  const noise = { label: "noise ratio s₁ / s₀", ticks: [0.2, 0.5, 1, 2, 5] };
  return {
    title: "Where one auxiliary task helps",
    keys: [...ratioKeys(), { label: "Δ*: as good as the primary alone", colour: ink.text }],
    panels: [
      [map(byRows, "equal", "equal weights", rows), map(byRows, "best", "best weight", rows)],
      [
        map(byNoise, "equal", `equal weights, n₁ = ${noiseRows}`, noise),
        map(byNoise, "best", `best weight, n₁ = ${noiseRows}`, noise),
      ],
    ],
    caption: `Risk relative to the primary alone; D = ${features}, n₀ = ${primaryRows}, Δ the squared distance of the coefficients. Left: the auxiliary helps below the line; with more rows it must be nearer, for the line falls to R₀, and one that is noisy enough hurts at any distance. Right: at the best weight it never hurts; far away or noisy, it just does little.`,
  };
}

/** Classes of R / R_0 by colour. */
export function ratioKeys(): Key[] {
  return ratioColours.map((colour, i) => ({
    colour,
    sign: "square",
    label:
      i === 0
        ? `below ${ratioLevels[0]}`
        : i === ratioLevels.length
          ? `above ${ratioLevels.at(-1)}`
          : `${ratioLevels[i - 1]}–${ratioLevels[i]}`,
  }));
}

function map(
  { x, shifts, equal, best, boundary }: PhaseMap,
  which: "equal" | "best",
  heading: string,
  axis: { label: string; ticks: number[] },
): string {
  const [xs, ys] = [edges(x), edges(shifts)];
  const line = which === "equal" ? boundary.filter(({ threshold }) => threshold > 0) : [];
  return panel({
    width: 380,
    height: 340,
    heading,
    x: { type: "log", tickFormat: String, domain: [xs[0]!, xs.at(-1)!], ...axis },
    y: {
      type: "log",
      label: "Δ",
      domain: [ys[0]!, ys.at(-1)!],
      ticks: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100].filter(
        (tick) => tick > ys[0]! && tick < ys.at(-1)!,
      ),
      tickFormat: String,
    },
    marks: [
      cells(
        x,
        shifts,
        (which === "equal" ? equal : best).map((row) => row.map(ratioColour)),
      ),
      Plot.line(line, { x: "x", y: "threshold", stroke: ink.text, strokeWidth: 2.2, clip: true }),
    ],
  });
}
