import * as Plot from "@observablehq/plot";
import type { HeadPrediction } from "../bound/predict-safe-length.ts";
import type { Traced } from "../command/trace.ts";
import { trainedMark } from "./curve-figures.ts";
import type { Figure } from "./figure.ts";
import { gridOf, panel } from "./panel.ts";

const nameOf = ({ pass, head }: HeadPrediction): string => `layer ${pass + 1}, head ${head + 1}`;

/** The measured curve, and below it the length that each head is safe to. */
export function boundFigure(traced: Traced): Figure | undefined {
  const { bound, scores, configuration, lengthWithin } = traced;
  if (bound === undefined) return undefined;
  const last = scores.at(-1)!.length;
  const heads = bound.heads.map((each) => {
    const length = each.safe === undefined ? 0 : each.safe === Infinity ? Infinity : lengthWithin(each.safe);
    return { name: nameOf(each), length, to: Math.min(length, last), beyond: length > last };
  });
  const beyond = heads.filter((each) => each.beyond).length;
  return {
    title: "Predicted and measured",
    caption: `Line: exact match with Wilson's 95 % interval. Bars: the length to which each head alone is safe, predicted from restrictions to ${bound.kept} tokens; an arrow stands for more than ${last} (${beyond} of ${heads.length} heads). Our reconstruction, a motivation and not a proof: a bar says when a head is safe, not when it fails. Dashed: the longest length in training.`,
    keys: [
      { label: "measured exact match", colour: ({ series }) => series[0]! },
      { label: "predicted safe length of a head", colour: ({ series }) => series[2]!, sign: "square" },
    ],
    draw(frame) {
      const { palette } = frame;
      const x = { label: "length", domain: [0, last] };
      const trained = trainedMark([configuration.trainLength], frame);
      const rows = scores.map(({ length, exactMatch, interval }) => ({ length, exactMatch, ...interval }));
      const marginLeft = 110;
      const curve = panel({
        ...frame,
        marginLeft,
        height: 240,
        x: { ...x, label: null },
        y: { label: null, domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: "%" },
        marks: [
          trained,
          Plot.areaY(rows, {
            x: "length",
            y1: "low",
            y2: "high",
            fill: palette.series[0]!,
            fillOpacity: 0.18,
          }),
          Plot.line(rows, { x: "length", y: "exactMatch", stroke: palette.series[0]!, strokeWidth: 2.2 }),
          Plot.dot(rows, { x: "length", y: "exactMatch", r: 3, fill: palette.series[0]! }),
        ],
      });
      const bars = panel({
        ...frame,
        marginLeft,
        height: 70 + 24 * heads.length,
        x,
        y: { label: null, domain: heads.map(({ name }) => name), grid: false },
        marks: [
          Plot.barX(heads, {
            x1: 0,
            x2: "to",
            y: "name",
            fill: palette.series[2]!,
            fillOpacity: 0.65,
            insetTop: 4,
            insetBottom: 4,
          }),
          trained,
          Plot.text(
            heads.filter((each) => each.beyond),
            { x: () => last, y: "name", text: () => "→", dx: -9, fill: palette.page, fontSize: 14 },
          ),
        ],
      });
      return gridOf([curve, bars], 1, 0);
    },
  };
}
