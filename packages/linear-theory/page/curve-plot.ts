import * as Plot from "@observablehq/plot";
import { type Drawn, frame, powerTick } from "./frame.ts";
import type { Dot } from "./jobs.ts";
import { type CurvePoint, curveTop, type Outlook } from "./model.ts";
import { digits } from "./verdict.ts";

/** The risk against the weight of the auxiliary: bias², variance and total, the primary alone, three marked weights, simulated dots. */
export function curvePlot(found: Outlook, dots: readonly Dot[], width: number): Drawn {
  const { grid, single, best, equal, present } = found;
  const top = curveTop(found);
  const line = (part: "risk" | "bias2" | "variance", stroke: string, strokeWidth: number) =>
    Plot.line(
      grid.filter((point) => Number.isFinite(point[part])),
      { x: "weight", y: part, stroke, strokeWidth, curve: "monotone-x", clip: true, className: part },
    );
  const marked = (point: CurvePoint | undefined, options: Plot.DotOptions) =>
    Plot.dot(point && point.risk <= top ? [point] : [], {
      x: "weight",
      y: "risk",
      r: 6,
      stroke: "var(--page)",
      strokeWidth: 1.5,
      ...options,
    });
  const seen = dots.filter(({ risk }) => risk.mean <= top);
  return Plot.plot({
    ...frame(width),
    x: {
      type: "log",
      domain: [grid[0]!.weight, grid.at(-1)!.weight],
      label: "weight of the auxiliary, a (1: equal weights)",
      labelAnchor: "center",
      labelArrow: "none",
      tickFormat: powerTick,
    },
    y: { domain: [0, top], label: "risk", grid: true, labelArrow: "none", ticks: 6 },
    marks: [
      Plot.ruleY([0], { stroke: "var(--soft)" }),
      Plot.ruleX([present.weight], { stroke: "var(--chosen)", strokeWidth: 1.2 }),
      line("bias2", "var(--bias)", 1.8),
      line("variance", "var(--variance)", 1.8),
      line("risk", "var(--text)", 2.6),
      Plot.ruleY(Number.isFinite(single.risk) ? [single.risk] : [], {
        stroke: "var(--baseline)",
        strokeDasharray: "5 4",
        strokeWidth: 1.5,
      }),
      Plot.text(Number.isFinite(single.risk) ? [single.risk] : [], {
        text: (risk: number) => `alone ${digits(risk)}`,
        y: (risk: number) => risk,
        frameAnchor: "left",
        dx: 6,
        dy: -8,
        textAnchor: "start",
        fill: "var(--text)",
        stroke: "var(--page)",
        strokeWidth: 4,
      }),
      Plot.ruleX(seen, {
        x: "weight",
        y1: (dot: Dot) => Math.max(0, dot.risk.mean - 2 * dot.risk.se),
        y2: (dot: Dot) => Math.min(top, dot.risk.mean + 2 * dot.risk.se),
        stroke: "var(--dot)",
        strokeWidth: 2,
      }),
      Plot.dot(seen, {
        x: "weight",
        y: (dot: Dot) => dot.risk.mean,
        r: 3.4,
        fill: "var(--page)",
        stroke: "var(--dot)",
        strokeWidth: 2,
      }),
      marked(equal, { fill: "var(--equal)", symbol: "square" }),
      marked(best, { fill: "var(--best)", symbol: "star", r: 8 }),
      marked(present, { fill: "var(--chosen)" }),
    ],
  });
}

/** The plot in words, for those who do not see it. */
export function curveWords({ single, best, equal, present }: Outlook): string {
  const at = (name: string, point: CurvePoint | undefined) =>
    point === undefined
      ? ""
      : `${name} ${digits(point.weight, 2)}: risk ${digits(point.risk)}, of it bias squared ${digits(point.bias2)} and variance ${digits(point.variance)}.`;
  return [
    `Risk against the weight of the auxiliary. Alone: ${digits(single.risk)}.`,
    at("Best weight", best),
    at("Equal weights", equal),
    at("Chosen weight", present),
    "The table below has the numbers.",
  ].join(" ");
}
