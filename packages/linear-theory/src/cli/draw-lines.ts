import * as Plot from "@observablehq/plot";
import { ink, level, panel } from "../plot/panel.ts";
import type { Picture } from "../plot/picture.ts";

/** Risks along one quantity. */
export interface Lines {
  readonly title: string;
  readonly caption: string;
  /** What runs along the logarithmic x axis. */
  readonly x: string;
  /** R_0. */
  readonly single: number;
  readonly lines: readonly {
    readonly label: string;
    readonly dashed?: boolean;
    readonly series: number;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/** Lines of risk and, dashed, that of the primary alone. */
export function drawLines({ title, caption, x, single, lines }: Lines): Picture {
  const top = Math.min(
    4 * single,
    1.1 * Math.max(single, ...lines.flatMap(({ points }) => points.map((p) => p.y))),
  );
  const colour = (series: number): string => ink.series[series % ink.series.length]!;
  return {
    title,
    keys: lines.map(({ label, series, dashed = false }) => ({
      label,
      colour: colour(series),
      sign: dashed ? "dashed" : "line",
    })),
    panels: [
      [
        panel({
          width: 760,
          height: 400,
          x: { type: "log", label: x, tickFormat: "~r" },
          y: { label: "risk", domain: [0, top] },
          marks: [
            ...level(single, "primary alone", "left"),
            ...lines.map(({ points, series, dashed = false }) =>
              Plot.line(points, {
                x: "x",
                y: "y",
                stroke: colour(series),
                strokeWidth: 2.2,
                clip: true,
                ...(dashed && { strokeDasharray: "5 3" }),
              }),
            ),
          ],
        }),
      ],
    ],
    caption,
  };
}
