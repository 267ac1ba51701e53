import * as Plot from "@observablehq/plot";
import type { NetworkRiskFigure } from "../figures/network-risk.ts";
import { dots, ink, level, panel } from "./panel.ts";
import type { Picture } from "./picture.ts";

/** Figure 6. */
export function drawNetworkRisk({
  features,
  tasks,
  width,
  bySignal,
  byWidth,
  byAngle,
}: NetworkRiskFigure): Picture {
  const risk = "risk / risk of the primary alone";
  const signal = panel({
    width: 788,
    height: 360,
    heading: "a. signal and leverage",
    x: {
      type: "log",
      base: 2,
      label: "signal to noise, σ_q / √v",
      domain: [4, 256],
      ticks: [4, 8, 16, 32, 64, 128, 256],
      tickFormat: String,
    },
    y: {
      type: "log",
      label: risk,
      domain: [0.1, 10],
      ticks: [0.1, 0.2, 0.5, 1, 2, 5, 10],
      tickFormat: String,
    },
    marks: [
      ...level(1, "primary alone"),
      ...bySignal.flatMap(({ points, dots: simulated }, i) => [
        Plot.line(points, { x: "signalToNoise", y: "firstOrder", stroke: ink.series[i]!, strokeWidth: 2 }),
        Plot.line(
          points.filter(({ bound }) => bound <= 10),
          {
            x: "signalToNoise",
            y: "bound",
            stroke: ink.series[i]!,
            strokeWidth: 2,
            strokeDasharray: "5 3",
          },
        ),
        ...dots(simulated, ink.series[i]!),
      ]),
    ],
  });
  const sure = byWidth.flatMap(({ width: q, sure: values }) =>
    values.map((value, set) => ({ q, value, set })),
  );
  const widths = panel({
    width: 380,
    height: 320,
    heading: "b. width of the shared layer",
    x: {
      label: "q",
      domain: [0.6, byWidth.length + 0.4],
      ticks: byWidth.map(({ width: q }) => q),
      tickFormat: String,
    },
    y: { label: risk, domain: [0, 2] },
    marks: [
      Plot.ruleY([1], { stroke: ink.text, strokeDasharray: "6 3", strokeWidth: 1.3 }),
      Plot.line(
        sure.filter(({ value }) => value <= 2),
        { x: "q", y: "value", z: "set", stroke: ink.quiet, strokeWidth: 1.2, strokeOpacity: 0.8 },
      ),
      Plot.line(
        byWidth.filter(({ firstOrder }) => firstOrder <= 2),
        { x: "width", y: "firstOrder", stroke: ink.series[3], strokeWidth: 2 },
      ),
      ...dots(
        byWidth.map(({ simulated }) => simulated).filter(({ mean }) => mean <= 2),
        ink.series[3],
      ),
    ],
  });
  const angles = panel({
    width: 380,
    height: 320,
    heading: "c. angle to the auxiliaries' span",
    x: { label: "degrees" },
    y: { label: risk, domain: [0, 2] },
    marks: [
      ...level(1, "primary alone", "left"),
      Plot.line(
        byAngle.filter(({ firstOrder }) => firstOrder <= 2),
        { x: "degrees", y: "firstOrder", stroke: ink.series[3], strokeWidth: 2 },
      ),
      ...dots(
        byAngle.map(({ simulated }) => simulated).filter(({ mean }) => mean <= 2),
        ink.series[3],
      ),
    ],
  });
  return {
    title: "A linear network: when does a shared layer help the primary?",
    keys: [
      ...bySignal.map(({ leverage }, i) => ({ label: `leverage P₀₀ = ${leverage}`, colour: ink.series[i]! })),
      { label: "b, c", colour: ink.series[3] },
      { label: "first order", colour: ink.text },
      { label: "bound", colour: ink.text, sign: "dashed" },
      { label: "simulated, ± 2 s.e.", colour: ink.text, sign: "dot" },
      { label: "SURE of three data sets", colour: ink.quiet },
    ],
    panels: [[signal], [widths, angles]],
    caption: `D = ${features} features; a and c have ${tasks} tasks at width ${width}. a: the less the shared directions lean on the primary itself (small P₀₀), the more the network helps; the first order is right from a signal of 20 on, and the bound proves the benefit where the dashed line falls below 1. b: coefficients of rank 3 with a weak tail; a layer too narrow is worse than no sharing, q = T is no sharing, and SURE, computed from a single data set, is lowest at a width of 3 or 4 (the risk at q = 1 is above the frame). c: a primary ten degrees outside the auxiliaries' plane is already better off alone.`,
  };
}
