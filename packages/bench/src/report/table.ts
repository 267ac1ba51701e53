import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { ruled } from "./columns.ts";
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

const alignment = ["left", "left", "right", "right", "right", "left", "right"] as const;

function heading(baseline: string): string[] {
  return [
    "method",
    "chosen",
    "seeds",
    "IQM [95 %]",
    `difference to ${baseline} [95 %]`,
    "verdict",
    "seconds",
  ];
}

function cells(line: Line, decimals: number): string[] {
  const { difference } = line;
  const failed = line.values.size === 0;
  return [
    line.kind === "control" ? `${line.method} (control)` : line.method,
    line.chosen || "–",
    seedsOf(line),
    failed ? "–" : `${number(line.center, decimals)} ${interval(line.interval, decimals)}`.trim(),
    difference
      ? `${number(difference.mean, decimals, true)} ${interval(difference, decimals, true)}`.trim()
      : "–",
    line.verdict ?? "baseline",
    seconds(line.seconds),
  ];
}

/** The table of one benchmark for a terminal: plain text, aligned, no colour. */
export function terminalTable(summary: BenchmarkSummary): string {
  const { benchmark, tier, groups } = summary;
  const title = `${benchmark.name}  ${metricTitle(summary)}, tier ${tier}`;
  const blocks = groups.map((group) => {
    const table = ruled(heading(benchmark.baseline), rowsOf(group), alignment);
    return group.group ? `${group.group}\n${table}` : table;
  });
  return [title, ...blocks.map((block) => `\n${block}`), "", ...notes(summary)].join("\n");
}

/** The same table as GitHub Markdown, for a README. */
export function markdownTable(summary: BenchmarkSummary): string {
  const { benchmark, tier, groups } = summary;
  const escape = (cell: string) => cell.replaceAll("|", "\\|");
  const row = (texts: readonly string[]) => `| ${texts.map(escape).join(" | ")} |`;
  const blocks = groups.map((group) => [
    ...(group.group ? [`**${group.group}**`, ""] : []),
    row(heading(benchmark.baseline)),
    row(alignment.map((side) => (side === "right" ? "--:" : ":--"))),
    ...rowsOf(group).map(row),
    "",
  ]);
  const title = `\`${benchmark.name}\`, ${metricTitle(summary)}, tier \`${tier}\``;
  return [title, "", ...blocks.flat(), ...notes(summary).flatMap((note) => [note, ""])].join("\n").trimEnd();
}

const rowsOf = (group: GroupSummary): string[][] => group.lines.map((line) => cells(line, decimalsOf(group)));

function notes(summary: BenchmarkSummary): string[] {
  const chance = chanceNote(summary);
  return [tuningBudget(summary), ...(chance ? [chance] : []), ...warnings(summary)];
}
