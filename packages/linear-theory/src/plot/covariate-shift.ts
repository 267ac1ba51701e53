import * as Plot from "@observablehq/plot";
import type { CovariateShiftFigure } from "../figures/covariate-shift.ts";
import { dots, ink, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

/** Figure 8. */
export function drawCovariateShift({ features, primaryRows, curves }: CovariateShiftFigure): Picture {
  return {
    title: "Covariate shift: auxiliary features that vary differently",
    keys: [
      ...curves.map(({ rows }, i) => ({ label: `n₁ = ${rows}`, colour: ink.series[i]! })),
      { label: "equivalent", colour: ink.text },
      { label: "simulated, ± 2 s.e.", colour: ink.text, sign: "dot" },
    ],
    panels: [
      [
        panel({
          width: 700,
          height: 380,
          x: {
            type: "log",
            label: "ratio of the auxiliary's large and small eigenvalues",
            ticks: [1, 2, 4, 8, 16],
            tickFormat: String,
          },
          y: { label: "risk / risk without shift", domain: [0.85, 1.4] },
          marks: curves.flatMap(({ points, dots: simulated }, i) => [
            Plot.line(points, { x: "ratio", y: "relative", stroke: ink.series[i]!, strokeWidth: 2 }),
            ...dots(simulated, ink.series[i]!),
          ]),
        }),
      ],
    ],
    caption: `Tasks with the same coefficients, D = ${features}, n₀ = ${primaryRows}, equal weights; half of the auxiliary's eigenvalues are √r, half 1/√r. With few auxiliary rows other covariances help: they fill in directions. With as many as the primary's they do neither. With many they hurt: the small eigenvalues leave directions to the primary's rows alone.`,
  };
}
