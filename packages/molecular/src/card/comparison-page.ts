import * as Plot from "@observablehq/plot";
import { short } from "@outrigger/core/command/text-table";
import type { Comparison } from "../compare/compare.ts";
import { armHeadings, armRows, comparisonNotes, differenceWords } from "../compare/comparison-text.ts";
import { escape, tableHtml } from "./html.ts";
import { pageHtml, series } from "./page.ts";
import { type Figure, figureHtml } from "./panel.ts";

/** Every seed's test metric, an arm a row; lines join what has the same seed. */
function seedsFigure({ arms, seeds, metric, better }: Comparison): Figure {
  const points = arms.flatMap(({ name, test }) =>
    test.map((value, i) => ({ arm: name, value, seed: seeds[i]! })),
  );
  return {
    title: `Test ${metric} of every seed`,
    caption: `Lines join the same seed; rings are means. ${better === "lower" ? "Lower" : "Higher"} is better.`,
    x: { label: null, domain: arms.map(({ name }) => name), type: "point" },
    y: { label: metric, inset: 8 },
    marks: [
      Plot.line(points, { x: "arm", y: "value", z: "seed", stroke: "var(--quiet)", strokeOpacity: 0.5 }),
      Plot.dot(points, { x: "arm", y: "value", r: 4, fill: series(0) }),
      Plot.dot(
        arms.map(({ name, test }) => ({ arm: name, mean: test.reduce((a, b) => a + b, 0) / test.length })),
        { x: "arm", y: "mean", r: 8, stroke: series(1), strokeWidth: 2.5 },
      ),
    ],
  };
}

/** Differences with their intervals. */
function differencesFigure({ differences, metric, better }: Comparison): Figure {
  const rows = differences.map((each) => ({ ...each, what: `${each.arm} − ${each.against}` }));
  const known = rows.filter(({ low }) => Number.isFinite(low));
  return {
    title: "Paired differences",
    caption: `Change of the test ${metric} with 95 % t intervals; an interval that holds zero shows no difference. ${better === "lower" ? "Left" : "Right"} of zero is better.`,
    x: { label: `change of ${metric}`, inset: 8 },
    y: { label: null, domain: rows.map(({ what }) => what), type: "point" },
    height: 220,
    marginLeft: 130,
    marks: [
      Plot.ruleX([0], { stroke: "var(--quiet)", strokeDasharray: "5 4" }),
      Plot.ruleY(known, { y: "what", x1: "low", x2: "high", stroke: series(0), strokeWidth: 3 }),
      Plot.dot(rows, { y: "what", x: "mean", r: 5, fill: series(0) }),
    ],
  };
}

/** A comparison as a page that needs nothing else. */
export function comparisonPage(comparison: Comparison): string {
  const { data, target, differences, molecules } = comparison;
  const rows = differences.map(({ arm, against, mean, low, high, verdict }) => [
    `${arm} against ${against}`,
    short(mean),
    Number.isFinite(low) ? `${short(low)} to ${short(high)}` : "–",
    verdict,
  ]);
  return pageHtml({
    title: `Do auxiliary tasks help with ${target}?`,
    lead: [
      `${data}, ${molecules} molecules. One model an arm and seed, all with the same splits and tuning budget.`,
    ],
    parts: [
      ...differences.map((each) => `<p class="verdict">${escape(differenceWords(each, comparison))}</p>`),
      `<div class="figures">${[seedsFigure(comparison), differencesFigure(comparison)].map(figureHtml).join("")}</div>`,
      "<h2>Arms</h2>",
      tableHtml("Arms", armHeadings(comparison), armRows(comparison)),
      "<h2>Differences</h2>",
      tableHtml("Differences", ["arms", "mean", "95 % interval", "verdict"], rows),
      `<ul>${comparisonNotes(comparison)
        .map((text) => `<li class="soft">${escape(text)}</li>`)
        .join("")}</ul>`,
    ],
  });
}
