import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { checks, tests } from "./checks.ts";
import { hasWeights } from "./curves.ts";
import { hasInside, insideTraining, negativeTransfer } from "./diagnostics.ts";
import { figureHtml } from "./figure.ts";
import { groupFigures } from "./figures.ts";
import {
  chanceNote,
  decimalsOf,
  interval,
  number,
  seconds,
  seedsOf,
  tuningBudget,
  warnings,
} from "./format.ts";
import { type Cell, escape, sortable } from "./html.ts";
import { anchor, trialList } from "./trials.ts";

/** A row takes some six figures; the page of a hundred thousand trials should still be made in seconds and open at once. */
const mostRows = 90;

/** Of how many rows a group may draw weights and gradients: of all, where the page holds few. */
export function rowsDrawn(summaries: readonly BenchmarkSummary[]): number {
  const groups = summaries.flatMap((summary) => summary.groups);
  const rows = groups.reduce((sum, { lines }) => sum + lines.length, 0);
  return rows <= mostRows ? mostRows : Math.max(2, Math.floor(mostRows / groups.length));
}

/** All of one benchmark. */
export function section(summary: BenchmarkSummary, rows: number): string {
  const { benchmark, tier, groups } = summary;
  const notes = [tuningBudget(summary), chanceNote(summary)].filter((note) => note !== null);
  const told = warnings(summary).filter((warning) => !/^(Smoke|Simulated)/.test(warning));
  const command = `outrigger run ${benchmark.name} --tier ${tier}`;
  return `<section id="${escape(benchmark.name)}">
<h2>${escape(benchmark.title)}</h2>
<p class="soft small"><code>${escape(benchmark.name)}</code>, version ${benchmark.version}, tier ${tier}${tier === "smoke" ? " (too small to conclude)" : ""}${benchmark.simulated ? ", simulated" : ""}</p>
<p>${escape(benchmark.description)}</p>
${told.length === 0 ? "" : `<div class="warn">${told.map((warning) => `<p>${escape(warning)}</p>`).join("")}</div>`}
${checks(summary)}
${groups.map((group) => groupPart(summary, group, rows)).join("\n")}
${notes.map((note) => `<p class="small soft">${escape(note)}</p>`).join("\n")}
<p class="small soft">IQM: mean without the lowest and highest quarter of the seeds, with a bootstrap interval. Difference: mean over seeds of method minus baseline, with a t interval. P(better): share of all pairs of runs in which the method beats the baseline. Seconds: mean of one trial. Run it again with <code>${escape(command)}</code>.</p>
<h3>Trials</h3>
${groups.flatMap((group) => group.lines.map((line) => trialList(summary, group.group, line))).join("\n")}
</section>`;
}

function groupPart(summary: BenchmarkSummary, group: GroupSummary, rows: number): string {
  const { benchmark } = summary;
  const figures = groupFigures(summary, group, rows);
  const headings = [
    "method",
    "verdict",
    "chosen",
    "seeds",
    "IQM [95 %]",
    `difference to ${benchmark.baseline} [95 %]`,
    "P(better)",
    "seconds",
  ];
  const cells = group.lines.map((line) => cellsOf(summary, group, line));
  const caption = `${benchmark.name} ${group.group}`.trim();
  const curves = figures.curves.map(figureHtml).join("\n");
  const weights = figures.weights.map(figureHtml).join("\n");
  const drawn = figures.inside.length;
  const left = (count: number, all: number): string =>
    count < all
      ? `<p class="small soft">Of ${count} of ${all} rows; a report of this benchmark alone (<code>outrigger report ${escape(benchmark.name)}</code>) has more.</p>`
      : "";
  return `${group.group ? `<h3>${escape(group.group)}</h3>` : ""}
${sortable(headings, cells, caption)}
${figureHtml(figures.intervals)}
${figureHtml(figures.differences)}
${tests(summary, group)}
${negativeTransfer(summary, group)}
${figures.transfer ? figureHtml(figures.transfer) : ""}
${figureHtml(figures.cost)}
${curves === "" ? "" : `<details><summary>Curves</summary>${curves}</details>`}
${weights === "" ? "" : `<details><summary>Weights over time: mean over the seeds, band: its 95 % interval</summary>${left(figures.weights.length, group.lines.filter(hasWeights).length)}<div class="small-plots">${weights}</div></details>`}
${insideTraining(figures.inside, left(drawn, group.lines.filter(hasInside).length))}`;
}

function cellsOf(summary: BenchmarkSummary, group: GroupSummary, line: Line): Cell[] {
  const decimals = decimalsOf(group);
  const { difference, improvement } = line;
  const link = (text: string) => `<a href="#${anchor(summary, group.group, line.method)}">${text}</a>`;
  const key = (value: number | null | undefined) => (Number.isFinite(value) ? (value as number) : "");
  const verdict = line.verdict ?? "baseline";
  const dot = `<span class="key" style="background:var(--${line.kind})"></span>`;
  const label =
    line.kind === "control"
      ? `${escape(line.method)} <span class="soft">(control)</span>`
      : escape(line.method);
  return [
    { html: dot + link(label), key: line.method },
    { html: `<span class="${verdict.replaceAll(" ", "-")}">${link(verdict)}</span>`, key: verdict },
    { html: `<span class="options">${link(escape(line.chosen || "–"))}</span>`, key: line.chosen },
    { html: link(seedsOf(line)), key: line.values.size, right: true },
    {
      html: link(`<strong>${number(line.center, decimals)}</strong> ${interval(line.interval, decimals)}`),
      key: key(line.center),
      right: true,
    },
    {
      html: difference
        ? link(
            `<strong>${number(difference.mean, decimals, true)}</strong> ${interval(difference, decimals, true)}`,
          )
        : "–",
      key: key(difference?.mean),
      right: true,
    },
    {
      html: improvement === null ? "–" : link(`${(improvement * 100).toFixed(0)} %`),
      key: key(improvement),
      right: true,
    },
    { html: link(seconds(line.seconds)), key: key(line.seconds), right: true },
  ];
}
