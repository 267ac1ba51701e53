import { modelWords, type Traced } from "../command/trace.ts";
import {
  boundHeadings,
  boundNote,
  boundRows,
  boundWords,
  lookRows,
  tracedText,
} from "../command/trace-text.ts";
import { attentionFigure } from "./attention-figure.ts";
import { boundFigure } from "./bound-figure.ts";
import type { Figure } from "./figure.ts";
import { escape, tableHtml } from "./html.ts";
import { pageHtml } from "./page.ts";

/** A trace as a page. */
export function tracePage(traced: Traced): string {
  const { task, folder, configuration, sequence, noBound } = traced;
  const bound = boundFigure(traced);
  const rows = lookRows(sequence, (token) => `${token} (support)`);
  const parts: (string | Figure)[] = [
    attentionFigure(traced),
    "<h2>At the output that is followed</h2>",
    tableHtml(
      "Attention at the output that is followed",
      ["layer", "head", "on support", "looks most at"],
      rows,
    ),
    ...(bound === undefined
      ? [`<h2>Predicted and measured</h2><p>No lengths are predicted. ${escape(noBound ?? "")}</p>`]
      : [
          bound,
          `<h2>The bound, head by head</h2><p class="soft">${escape(boundWords(traced))}</p>`,
          tableHtml("The bound, head by head", boundHeadings, boundRows(traced)),
          `<p class="soft">${escape(boundNote)}</p>`,
        ]),
    `<details><summary>As text</summary><pre>${escape(tracedText(traced))}</pre></details>`,
  ];
  return pageHtml({
    title: `Where attention goes astray: ${task.name}`,
    lead: [`${folder}: ${modelWords(configuration)}. ${task.describe}`],
    parts,
  });
}
