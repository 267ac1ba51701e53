import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { insideTraining, negativeTransfer } from "./diagnostics.ts";
import {
  chanceNote,
  decimalsOf,
  interval,
  metricTitle,
  number,
  seconds,
  seedsOf,
  tuningBudget,
  warnings,
} from "./format.ts";
import { type Cell, escape, sortable } from "./html.ts";
import { curveColours, curvePlot, differencePlot, type Frame, intervalPlot, pagePalette } from "./plots.ts";
import { script, style } from "./style.ts";
import { anchor, trialList } from "./trials.ts";

/** A benchmark that was not run, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** The whole report as one HTML page that needs nothing else: no network, no other file. */
export function page(summaries: readonly BenchmarkSummary[], leftOut: readonly LeftOut[] = []): string {
  const contents = summaries.map(
    ({ benchmark, tier }) =>
      `<a href="#${escape(benchmark.name)}">${escape(benchmark.title)}</a> <span class="soft small">${escape(benchmark.name)}, tier ${tier}</span>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Did the auxiliary tasks help? Outrigger report</title>
<style>${style}</style>
</head>
<body>
<h1>Did the auxiliary tasks help?</h1>
<p class="soft">Every method against the same baseline, on the same seeds. Methods and their options were chosen on validation; test was looked at once.</p>
${facts(summaries, leftOut)}
${contents.map((entry) => `<p>${entry}</p>`).join("\n")}
${summaries.map(section).join("\n")}
<script>${script}</script>
</body>
</html>
`;
}

/** What was run on what, said before any number. */
function facts(summaries: readonly BenchmarkSummary[], leftOut: readonly LeftOut[]): string {
  const lines: string[] = [];
  if (summaries.some((summary) => summary.tier === "smoke"))
    lines.push(
      "<strong>Smoke tier</strong>: this shows that everything runs. It is too small to conclude anything.",
    );
  const names = (chosen: readonly BenchmarkSummary[]) =>
    chosen.map(({ benchmark }) => benchmark.name).join(", ");
  const simulated = summaries.filter(({ benchmark }) => benchmark.simulated);
  if (simulated.length > 0)
    lines.push(`<strong>Simulated data</strong>, made by a generator: ${names(simulated)}.`);
  if (summaries.length > 0 && summaries.every(({ benchmark }) => benchmark.source === "embedded"))
    lines.push("Only benchmarks that are embedded in the packages were run; no dataset was used.");
  for (const { name, why } of leftOut)
    lines.push(`<strong>Left out</strong>: ${escape(name)}. ${escape(why)}`);
  return lines.length === 0
    ? ""
    : `<div class="warn">${lines.map((line) => `<p>${line}</p>`).join("")}</div>`;
}

function section(summary: BenchmarkSummary): string {
  const { benchmark, tier, groups } = summary;
  const notes = [tuningBudget(summary), chanceNote(summary)].filter((note) => note !== null);
  const told = warnings(summary).filter((warning) => !/^(Smoke|Simulated)/.test(warning));
  const command = `outrigger run ${benchmark.name} --tier ${tier}`;
  return `<section id="${escape(benchmark.name)}">
<h2>${escape(benchmark.title)}</h2>
<p class="soft small"><code>${escape(benchmark.name)}</code>, version ${benchmark.version}, tier ${tier}${tier === "smoke" ? " (too small to conclude)" : ""}${benchmark.simulated ? ", simulated" : ""}</p>
<p>${escape(benchmark.description)}</p>
${told.length === 0 ? "" : `<div class="warn">${told.map((warning) => `<p>${escape(warning)}</p>`).join("")}</div>`}
${groups.map((group) => groupPart(summary, group)).join("\n")}
${notes.map((note) => `<p class="small soft">${escape(note)}</p>`).join("\n")}
<p class="small soft">IQM: mean without the lowest and highest quarter of the seeds, with a bootstrap interval. Difference: mean over seeds of method minus baseline, with a t interval. P(better): share of all pairs of runs in which the method beats the baseline. Seconds: mean of one trial. Run it again with <code>${escape(command)}</code>.</p>
<h3>Trials</h3>
${groups.flatMap((group) => group.lines.map((line) => trialList(summary, group.group, line))).join("\n")}
</section>`;
}

function groupPart(summary: BenchmarkSummary, group: GroupSummary): string {
  const { benchmark } = summary;
  const names = [
    ...new Set(group.lines.flatMap((line) => line.kept.flatMap((row) => Object.keys(row.curves ?? {})))),
  ];
  const curves = names.map((name) => both((frame) => curvePlot(name, group, frame))).join("\n");
  const legend = curveColours(group)
    .map(
      ({ method, colour }) =>
        `<span><span class="key" style="background:${colour}"></span>${escape(method)}</span>`,
    )
    .join("");
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
  const differences = both((frame) => differencePlot(summary, group, frame));
  return `${group.group ? `<h3>${escape(group.group)}</h3>` : ""}
${sortable(
  headings,
  group.lines.map((line) => cells(summary, group, line)),
)}
<figure>${both((frame) => intervalPlot(summary, group, frame))}<figcaption>${escape(metricTitle(summary))}. Large dots: IQM, bars: 95 % intervals, small dots: seeds, dashed: ${escape(benchmark.baseline)}.</figcaption></figure>
${differences === "" ? "" : `<figure>${differences}<figcaption>Paired difference to ${escape(benchmark.baseline)} with 95 % intervals; grey: no difference, or too little to tell.</figcaption></figure>`}
${negativeTransfer(summary, group, both)}
${curves === "" ? "" : `<details><summary>Training curves (mean over seeds)</summary><p class="legend">${legend}</p>${curves}</details>`}
${insideTraining(group)}`;
}

function cells(summary: BenchmarkSummary, group: GroupSummary, line: Line): Cell[] {
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
    { html: link(escape(line.chosen || "–")), key: line.chosen },
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

/** The same plot twice, wide and for phones; the style sheet shows one of them. */
function both(plot: (frame: Frame) => string): string {
  const wide = plot({ width: 1040, palette: pagePalette });
  if (wide === "") return "";
  return `<div class="wide">${wide}</div><div class="narrow">${plot({ width: 380, palette: pagePalette })}</div>`;
}
