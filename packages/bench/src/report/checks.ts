import { type Check, checklist } from "../results/checklist.ts";
import { significance, type Tested } from "../results/significance.ts";
import type { BenchmarkSummary, GroupSummary } from "../results/summary.ts";
import { fewestRankedPairs } from "../statistics/signed-rank.ts";
import { decimalsOf, number } from "./format.ts";
import { type Cell, escape, sortable } from "./html.ts";
import { anchor } from "./trials.ts";

/** The reproducibility checklist of a benchmark; open where something is missing. */
export function checks(summary: BenchmarkSummary): string {
  const all = checklist(summary);
  const bad = all.filter(({ ok }) => !ok).length;
  const state = bad === 0 ? "nothing is missing" : `${bad} of ${all.length} to mend`;
  return `<details class="checks"${bad > 0 ? " open" : ""}><summary>Reproducibility checklist: ${state}</summary><ul>${all.map(item).join("")}</ul></details>`;
}

const item = ({ question, ok, answer }: Check): string =>
  `<li class="${ok ? "ok" : "missing"}"><span class="mark" aria-hidden="true">${ok ? "✓" : "✗"}</span> <strong>${escape(question)}</strong>${ok ? "" : " (not as it should be)"}: ${escape(answer)}</li>`;

/** Wilcoxon's tests of a group, or why there are none. */
export function tests(summary: BenchmarkSummary, group: GroupSummary): string {
  if (summary.tier === "smoke") return "";
  const all = significance(summary, group);
  if (all.length === 0) {
    const seeds = group.lines[0]?.expected ?? 0;
    return seeds < fewestRankedPairs
      ? `<p class="small soft">No Wilcoxon test: it takes ${fewestRankedPairs} seeds, and this tier has ${seeds}.</p>`
      : "";
  }
  const { better } = summary.benchmark.metric;
  const decimals = decimalsOf(group);
  const headings = ["method", "against", "median difference", "pairs", "p", "p, Holm", "at 5 %"];
  const rows = all.map((test): Cell[] => {
    const link = (text: string): string =>
      `<a href="#${anchor(summary, group.group, test.line.method)}">${escape(text)}</a>`;
    const verdict = verdictOf(test, better);
    return [
      { html: link(test.line.method), key: test.line.method },
      { html: link(test.against), key: test.against },
      { html: link(number(test.median, decimals, true)), key: test.median, right: true },
      { html: link(String(test.pairs)), key: test.pairs, right: true },
      { html: link(probability(test.p)), key: test.p, right: true },
      { html: link(probability(test.adjusted)), key: test.adjusted, right: true },
      { html: `<span class="${verdict.replaceAll(" ", "-")}">${link(verdict)}</span>`, key: verdict },
    ];
  });
  return `<details><summary>Wilcoxon signed-rank tests with Holm’s adjustment: ${all.filter(({ adjusted }) => adjusted <= 0.05).length} of ${all.length} differ</summary>
<p class="small soft">Every row against single-task and against uniform, seed by seed, adjusted over the ${all.length} tests of this table. The unit is the seed: a small p says that other seeds would show it too, not other data.</p>
${sortable(headings, rows, "Wilcoxon signed-rank tests")}</details>`;
}

function verdictOf({ adjusted, median }: Tested, better: "lower" | "higher"): string {
  if (adjusted > 0.05 || median === 0) return "no difference";
  return median < 0 === (better === "lower") ? "better" : "worse";
}

const probability = (p: number): string => (p < 0.0001 ? "< 0.0001" : p.toPrecision(2));
