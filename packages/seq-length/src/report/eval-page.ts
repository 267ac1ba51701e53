import { type Evaluated, evaluatedText } from "../command/eval.ts";
import { percent } from "../command/percent.ts";
import type { Curve } from "../evaluate/curves.ts";
import { errorFigure, extrapolationFigure } from "./curve-figures.ts";
import type { Figure } from "./figure.ts";
import { escape, tableHtml } from "./html.ts";
import { pageHtml } from "./page.ts";

/** The figures of an evaluation. */
export const evalFigures = ({ task, curves, samples }: Evaluated): Figure[] => [
  extrapolationFigure(task, curves, samples),
  errorFigure(curves, samples),
];

/** An evaluation as a page. */
export function evalPage(evaluated: Evaluated): string {
  const { task, describe, samples, testSeed, curves } = evaluated;
  return pageHtml({
    title: `Length generalization: ${task}`,
    lead: [
      describe,
      `${samples} fresh sequences a length, test seed ${testSeed}, the same for every model. Exact match counts the end token and is that of greedy generation; per-token accuracy is under the right tokens before each.`,
      "Nothing is claimed beyond the greatest length that auxiliaries saw.",
    ],
    parts: [
      ...evalFigures(evaluated),
      "<h2>Numbers</h2>",
      ...curves.map(curveTable),
      `<details><summary>As text, with summaries</summary><pre>${escape(evaluatedText(evaluated))}</pre></details>`,
    ],
  });
}

function curveTable({ label, points, models, band }: Curve): string {
  const rows = points.map(({ length, exact, token, errors }) => [
    String(length),
    percent(exact.mean),
    `${percent(exact.low)} – ${percent(exact.high)}`,
    percent(token.mean),
    percent(errors.wrongToken),
    percent(errors.missingEnd),
    percent(errors.wrongMultiset),
  ]);
  const { trainLength, long, steps } = models[0]!.configuration;
  const headings = [
    "length",
    "exact match",
    band === "wilson" ? "95 % interval" : "lowest – highest",
    "per token",
    "wrong token",
    "no end",
    "wrong items",
  ];
  return `<h3>${escape(label)}</h3><p class="soft">Trained to length ${trainLength}, auxiliaries to ${long}, ${steps} steps: ${escape(models.map(({ folder }) => folder).join(", "))}</p>${tableHtml(label, headings, rows)}`;
}
