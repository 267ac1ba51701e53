import * as Plot from "@observablehq/plot";
import type { Verdict } from "../analyse.ts";
import { ink, panel } from "../plot/panel.ts";
import type { Picture } from "../plot/picture.ts";

/** The benefit at equal and at recommended weights with its intervals, beside the primary alone. */
export function drawVerdict({ equal, recommended, level, summary, tasks }: Verdict): Picture {
  const rows = [
    { name: "recommended", colour: ink.series[0], ...recommended },
    { name: "equal weights", colour: ink.series[1], ...equal },
  ];
  const values = rows.flatMap(({ low, high, ratio }) => [low, high, ratio]).filter((value) => value > 0);
  const ends = [Math.min(0.5, ...values) / 1.2, Math.max(2, ...values) * 1.2];
  return {
    title: `Does it help ${tasks[0]!.name} to learn from ${tasks
      .slice(1)
      .map(({ name }) => name)
      .join(", ")}?`,
    keys: [
      {
        label: `estimate, ${Number((100 * level).toPrecision(3))} % interval`,
        colour: ink.text,
        sign: "dot",
      },
      { label: "primary alone", colour: ink.text, sign: "dashed" },
    ],
    panels: [
      [
        panel({
          width: 760,
          height: 200,
          left: 120,
          x: { type: "log", label: "risk, relative to the primary alone", domain: ends, tickFormat: "~r" },
          y: { type: "point", domain: rows.map(({ name }) => name), label: null, padding: 1 },
          marks: [
            Plot.ruleX([1], { stroke: ink.text, strokeDasharray: "6 3", strokeWidth: 1.3 }),
            Plot.ruleY(rows, {
              y: "name",
              x1: (row: { low: number }) => Math.max(row.low, ends[0]!),
              x2: "high",
              stroke: "colour",
              strokeWidth: 3,
            }),
            Plot.dot(rows, { y: "name", x: "ratio", r: 6, fill: "colour", stroke: "#ffffff" }),
          ],
        }),
      ],
    ],
    caption: summary,
  };
}
