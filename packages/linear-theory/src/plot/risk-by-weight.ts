import * as Plot from "@observablehq/plot";
import type { RiskByWeight } from "../figures/risk-by-weight.ts";
import { dots, ink, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

/** Figure 1. */
export function drawRiskByWeight({ features, rows, single, curves }: RiskByWeight): Picture {
  const top = 1.45;
  const [total, bias, variance] = ink.series;
  const panels = curves.map(({ shift, points, dots: simulated, best }) => {
    const line = (y: string, stroke: string, rest = {}) =>
      Plot.line(points, { x: "weight", y, stroke, strokeWidth: 2, clip: true, ...rest });
    return panel({
      width: 380,
      height: 300,
      heading: `Δ = ${shift}`,
      x: { type: "log", label: "auxiliary weight a₁ / a₀", ticks: [0.01, 0.1, 1, 10], tickFormat: String },
      y: { label: "risk", domain: [0, top] },
      marks: [
        Plot.ruleY([single], { stroke: ink.text, strokeDasharray: "6 3", strokeWidth: 1.3 }),
        Plot.ruleX([best.weight], { stroke: ink.quiet, strokeDasharray: "2 3", strokeWidth: 1.3 }),
        line("bias2", bias),
        line("variance", variance),
        line("risk", total, { strokeWidth: 2.6 }),
        line("equivalent", "#f2b705", { strokeDasharray: "4 4", strokeWidth: 1.8 }),
        ...dots(
          simulated.filter(({ mean }) => mean < top),
          total,
        ),
        Plot.dot([best], {
          x: "weight",
          y: "risk",
          symbol: "star",
          r: 7,
          fill: "#b3261e",
          stroke: "#ffffff",
        }),
      ],
    });
  });
  return {
    title: "Risk along the weight of one auxiliary task",
    keys: [
      { label: "risk, exact", colour: total },
      { label: "bias²", colour: bias },
      { label: "variance", colour: variance },
      { label: "equivalent", colour: "#f2b705", sign: "dashed" },
      { label: "simulated, ± 2 s.e.", colour: total, sign: "dot" },
      { label: "primary alone", colour: ink.text, sign: "dashed" },
      { label: "best weight", colour: "#b3261e", sign: "star" },
    ],
    panels: [panels.slice(0, 2), panels.slice(2)],
    caption: `D = ${features} features, ${rows.join(" + ")} rows, noise variance 1; Δ is the squared distance between the tasks' coefficients. However far the auxiliary is, a small enough weight helps: variance falls at first order, bias rises at second. The best weight falls with Δ; a weight of 1 helps only where the blue line is below the dashed one there.`,
  };
}
