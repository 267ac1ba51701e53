import * as Plot from "@observablehq/plot";
import type { Band, Curve, CurveAtLength } from "../evaluate/curves.ts";
import type { Figure, Frame, Key } from "./figure.ts";
import { gridOf, panel } from "./panel.ts";

const colourOf =
  (index: number): Key["colour"] =>
  ({ series }) =>
    series[index % series.length]!;

const keysOf = (curves: readonly Curve[]): Key[] =>
  curves.map(({ label }, i) => ({ label, colour: colourOf(i) }));

const shares = { label: null, domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: "%" } as const;

/** What bands show, for a caption. */
function bandWords(curves: readonly Curve[]): string {
  const seeds = [
    ...new Set(curves.filter(({ band }) => band === "seeds").map(({ models }) => models.length)),
  ];
  const said = [
    ...(curves.some(({ band }) => band === "wilson") ? ["Wilson's 95 % interval of one model"] : []),
    ...(seeds.length > 0
      ? [`from the lowest to the highest of ${seeds.join(" or ")} seeds, lines their mean`]
      : []),
  ];
  return said.join("; elsewhere ");
}

/** Exact match and per-token accuracy by length, side by side. */
export function extrapolationFigure(task: string, curves: readonly Curve[], samples: number): Figure {
  const trained = trainedLengths(curves);
  const last = curves.map(({ label, points }) => {
    const { length, exact } = points.at(-1)!;
    return `${label} ${Math.round(100 * exact.mean)} % at ${length}`;
  });
  return {
    title: `${task}: right at lengths that training never showed?`,
    caption: `${samples} sequences a length. Bands: ${bandWords(curves)}. Dashed: the longest length in training (${trained.join(", ")}). Exact match: ${last.join("; ")}.`,
    keys: keysOf(curves),
    draw: (frame) => {
      const two = frame.width > 600;
      const width = two ? (frame.width - 20) / 2 : frame.width;
      const each = (heading: string, value: (point: CurveAtLength) => Band): string =>
        curvePanel(curves, value, { ...frame, width }, heading, trained);
      return gridOf(
        [each("exact match", ({ exact }) => exact), each("per-token accuracy", ({ token }) => token)],
        two ? 2 : 1,
        20,
      );
    },
  };
}

export const trainedLengths = (curves: readonly Curve[]): number[] => [
  ...new Set(curves.map(({ models }) => models[0]!.configuration.trainLength)),
];

/** The dashed line at the longest length in training. */
export const trainedMark = (lengths: readonly number[], { palette }: Frame): Plot.Markish =>
  Plot.ruleX(lengths, { stroke: palette.quiet, strokeDasharray: "5 4", strokeWidth: 1.4 });

/** Lines with bands over lengths. */
export function curvePanel(
  curves: readonly Curve[],
  value: (point: CurveAtLength) => Band,
  frame: Frame,
  heading: string | undefined,
  trained: readonly number[],
  more: readonly Plot.Markish[] = [],
): string {
  return panel({
    ...frame,
    height: 320,
    ...(heading !== undefined && { heading }),
    x: { label: "length" },
    y: shares,
    marks: [
      trainedMark(trained, frame),
      ...more,
      ...curves.flatMap(({ points }, i) => {
        const stroke = colourOf(i)(frame.palette);
        const rows = points.map((point) => ({ length: point.length, ...value(point) }));
        return [
          Plot.areaY(rows, { x: "length", y1: "low", y2: "high", fill: stroke, fillOpacity: 0.18 }),
          Plot.line(rows, { x: "length", y: "mean", stroke, strokeWidth: 2.2 }),
          Plot.dot(rows, { x: "length", y: "mean", r: 3, fill: stroke }),
        ];
      }),
    ],
  });
}

const kinds = [
  ["wrongToken", "a wrong or missing token"],
  ["missingEnd", "no end"],
  ["wrongMultiset", "items left out, invented or repeated"],
] as const;

/** Which errors come up, a panel a curve. */
export function errorFigure(curves: readonly Curve[], samples: number): Figure {
  return {
    title: "What goes wrong",
    caption: `Share of ${samples} sequences with each kind of error; one sequence may have several. Answers are read after the right tokens before each.`,
    keys: kinds.map(([, label], i) => ({ label, colour: colourOf(i) })),
    draw: (frame) => {
      const columns = frame.width > 600 ? Math.min(2, curves.length) : 1;
      const width = (frame.width - 20 * (columns - 1)) / columns;
      const panels = curves.map(({ label, points, models }) =>
        panel({
          ...frame,
          width,
          height: 240,
          heading: label,
          x: { label: "length" },
          y: shares,
          marks: [
            trainedMark([models[0]!.configuration.trainLength], frame),
            ...kinds.flatMap(([kind], i) => {
              const stroke = colourOf(i)(frame.palette);
              const rows = points.map(({ length, errors }) => ({ length, share: errors[kind] }));
              return [
                // Kinds often coincide: earlier ones are seen at both sides of later ones.
                Plot.line(rows, { x: "length", y: "share", stroke, strokeWidth: 5.5 - 2 * i }),
                Plot.dot(rows, { x: "length", y: "share", r: 3.8 - i, fill: stroke }),
              ];
            }),
          ],
        }),
      );
      return gridOf(panels, columns, 20);
    },
  };
}
