import { createHash } from "node:crypto";
import { leaderboards } from "../results/standings.ts";
import type { BenchmarkSummary } from "../results/summary.ts";
import { escape } from "./html.ts";
import { anchorOf, leaderboard } from "./leaderboard.ts";
import { script } from "./script.ts";
import { rowsDrawn, section } from "./section.ts";
import { style } from "./style.ts";

/** A benchmark that was not run, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** Nothing may be fetched, and no script may run but the page's own, whatever a results file may hold. */
const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** The whole report as one HTML page that needs nothing else: no network, no other file. */
export function page(summaries: readonly BenchmarkSummary[], leftOut: readonly LeftOut[] = []): string {
  const boards = leaderboards(summaries);
  const contents = [
    ...boards.map(({ title }) => `<a href="#${anchorOf(title)}">Leaderboard: ${escape(title)}</a>`),
    ...summaries.map(
      ({ benchmark, tier }) =>
        `<a href="#${escape(benchmark.name)}">${escape(benchmark.title)}</a> <span class="soft small">${escape(benchmark.name)}, tier ${tier}</span>`,
    ),
  ];
  const rows = rowsDrawn(summaries);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Did the auxiliary tasks help? Outrigger report</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
<header>
<h1>Did the auxiliary tasks help?</h1>
<p class="soft">Every method against the same baseline, on the same seeds. Methods and their options were chosen on validation; test was looked at once.</p>
${facts(summaries, leftOut)}
<nav aria-label="Contents"><ul>${contents.map((entry) => `<li>${entry}</li>`).join("\n")}</ul></nav>
<noscript><p>Without scripts tables do not sort, and single trials are not listed.</p></noscript>
</header>
<main id="content">
${boards.map(leaderboard).join("\n")}
${summaries.map((summary) => section(summary, rows)).join("\n")}
</main>
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
    lines.push(`<strong>Simulated data</strong>, made by a generator: ${escape(names(simulated))}.`);
  if (summaries.length > 0 && summaries.every(({ benchmark }) => benchmark.source === "embedded"))
    lines.push("Only benchmarks that are embedded in the packages were run; no dataset was used.");
  for (const { name, why } of leftOut)
    lines.push(`<strong>Left out</strong>: ${escape(name)}. ${escape(why)}`);
  return lines.length === 0
    ? ""
    : `<div class="warn">${lines.map((line) => `<p>${line}</p>`).join("")}</div>`;
}
