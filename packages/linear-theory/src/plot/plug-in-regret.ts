import * as Plot from "@observablehq/plot";
import type { PlugInRegretFigure } from "../figures/plug-in-regret.ts";
import { dots, ink, level, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

const ways = [
  { name: "plugIn", label: "b: weights from data", colour: ink.series[0] },
  { name: "jamesStein", label: "b: James–Stein", colour: ink.series[1] },
  { name: "best", label: "b: best weights", colour: ink.series[2] },
  { name: "equal", label: "b: equal weights", colour: ink.quiet },
] as const;

/** Figure 5. */
export function drawPlugInRegret({
  features,
  byRows,
  byShift,
  shiftFeatures,
  shiftRows,
}: PlugInRegretFigure): Picture {
  const top = 1.6;
  const regrets = ["#7b3fa0", "#b45309"] as const;
  const regret = panel({
    width: 380,
    height: 360,
    heading: "a. risk / risk at the best weights",
    x: {
      type: "log",
      base: 2,
      label: "primary rows n₀",
      ticks: [20, 40, 80, 160, 320, 640],
      tickFormat: String,
    },
    y: { label: null, domain: [0.98, 1.3] },
    marks: [
      ...level(1, "best weights", "left"),
      ...byRows.flatMap((curve, i) => [
        Plot.line(curve.dots, { x: "x", y: "mean", stroke: regrets[i]!, strokeWidth: 2 }),
        ...dots(curve.dots, regrets[i]!),
      ]),
    ],
  });
  const shift = panel({
    width: 380,
    height: 360,
    heading: "b. risk / risk of the primary alone",
    x: { type: "log", label: "Δ", ticks: [0.01, 0.1, 1, 10, 100], tickFormat: String },
    y: { label: null, domain: [0, top] },
    marks: [
      ...level(1, "primary alone", "left"),
      ...ways.flatMap(({ name, colour }) => {
        const points = byShift.map((point) => ({ x: point.shift, ...point[name] }));
        return [
          Plot.line(upTo(points, top), { x: "x", y: "mean", stroke: colour, strokeWidth: 2 }),
          ...dots(
            points.filter(({ mean }) => mean < top),
            colour,
          ),
        ];
      }),
    ],
  });
  return {
    title: "What it costs that weights come from data",
    keys: [
      ...byRows.map(({ label }, i) => ({ label: `a: ${label}`, colour: regrets[i]! })),
      ...ways.map(({ label, colour }) => ({ label, colour })),
    ],
    panels: [[regret, shift]],
    caption: `Simulated, ± 2 standard errors. a: D = ${features}, n₁ = 2 n₀. At a fixed distance Δ the estimates settle and the loss goes to zero; where Δ shrinks like 1/n it stays at about a sixth. b: D = ${shiftFeatures}, ${shiftRows.join(" + ")} rows. Weights from data follow the best ones at a small distance behind and cost next to nothing where the auxiliary is useless; James and Stein's estimator knows neither noise nor distance and was never worse than the primary alone.`,
  };
}

/** A line up to where it leaves the frame: resvg cannot draw what lies far outside, clipped or not. */
function upTo(points: readonly { x: number; mean: number }[], top: number): { x: number; mean: number }[] {
  const at = points.findIndex(({ mean }) => mean > top);
  if (at <= 0) return [...points];
  const [inside, outside] = [points[at - 1]!, points[at]!];
  const part = (top - inside.mean) / (outside.mean - inside.mean);
  return [...points.slice(0, at), { x: inside.x * (outside.x / inside.x) ** part, mean: top }];
}
