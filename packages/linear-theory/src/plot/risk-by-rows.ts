import * as Plot from "@observablehq/plot";
import type { RiskByRows } from "../figures/risk-by-rows.ts";
import { dots, ink, level, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

/** Figure 2. */
export function drawRiskByRows({ features, primaryRows, single, curves }: RiskByRows): Picture {
  return {
    title: "More auxiliary rows: at equal weights there can be too many",
    keys: [
      ...curves.map(({ shift }, i) => ({ label: `Δ = ${shift}`, colour: ink.series[i]! })),
      { label: "equal weights, exact", colour: ink.text },
      { label: "best weight", colour: ink.text, sign: "dashed" },
      { label: "simulated, ± 2 s.e.", colour: ink.text, sign: "dot" },
    ],
    panels: [
      [
        panel({
          width: 760,
          height: 400,
          x: {
            type: "log",
            base: 2,
            label: "auxiliary rows n₁",
            ticks: [5, 10, 20, 40, 80, 160, 320, 640],
            tickFormat: String,
          },
          y: { label: "risk", domain: [0, 0.8] },
          marks: [
            ...level(single, "primary alone", "left"),
            ...curves.flatMap(({ points, dots: simulated }, i) => [
              Plot.line(points, { x: "rows", y: "equal", stroke: ink.series[i]!, strokeWidth: 2.2 }),
              Plot.line(points, {
                x: "rows",
                y: "best",
                stroke: ink.series[i]!,
                strokeWidth: 2,
                strokeDasharray: "5 3",
              }),
              ...dots(simulated, ink.series[i]!),
            ]),
          ],
        }),
      ],
    ],
    caption: `D = ${features}, n₀ = ${primaryRows}, noise variance 1. At equal weights the risk tends to Δ as auxiliary rows take over: for Δ = 0.5 it turns back up, for Δ = 0.8 it ends above the primary alone. At the best weight more rows never hurt.`,
  };
}
