import { join, parse } from "node:path";
import { plural } from "../plural.ts";
import { decimalsOf, number } from "../report/format.ts";
import type { BenchmarkSummary, GroupSummary, Line } from "../results/summary.ts";
import { writeWhole } from "../results/write-whole.ts";

/** One number as github-action-benchmark reads it (https://github.com/benchmark-action/github-action-benchmark, "custom" tools). */
export interface ActionEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** What the action prints beside the value. */
  readonly range: string;
  /** Shown when a point of its chart is pointed at. */
  readonly extra: string;
}

/** Entries by direction: the action takes one direction a file. */
export interface ActionEntries {
  readonly smaller: readonly ActionEntry[];
  readonly bigger: readonly ActionEntry[];
}

/**
 * The numbers of all tables for github-action-benchmark: of every row its IQM with half the width of its 95 % interval, and the mean seconds of
 * a trial over those of the baseline, from which the speed of the machine cancels. Rows without a finite number are left out, for the action fails
 * on them.
 */
export function actionEntries(summaries: readonly BenchmarkSummary[]): ActionEntries {
  const quality = (better: "lower" | "higher"): ActionEntry[] =>
    summaries
      .filter(({ benchmark }) => benchmark.metric.better === better)
      .flatMap((summary) => rowsOf(summary).map(({ group, line }) => qualityOf(summary, group, line)))
      .filter(({ value }) => Number.isFinite(value));
  const cost = summaries.flatMap((summary) =>
    rowsOf(summary).map(({ group, line }) => costOf(summary, group, line)),
  );
  return {
    smaller: [...quality("lower"), ...cost.filter(({ value }) => Number.isFinite(value))],
    bigger: quality("higher"),
  };
}

interface Placed {
  readonly group: GroupSummary;
  readonly line: Line;
}

const rowsOf = ({ groups }: BenchmarkSummary): Placed[] =>
  groups.flatMap((group) => group.lines.map((line) => ({ group, line })));

const nameOf = ({ benchmark, tier }: BenchmarkSummary, { group }: GroupSummary, { method }: Line): string =>
  [benchmark.name, tier, group, method].filter(Boolean).join(" ");

function qualityOf(summary: BenchmarkSummary, group: GroupSummary, line: Line): ActionEntry {
  const { name, unit } = summary.benchmark.metric;
  const decimals = decimalsOf(group);
  const half = (line.interval.high - line.interval.low) / 2;
  const { baseline } = summary.benchmark;
  const extra = [
    `${line.values.size} of ${line.expected} seeds`,
    ...(line.verdict ? [`${line.verdict} (against ${baseline})`] : ["the baseline"]),
    ...(line.chosen ? [`chosen on validation: ${line.chosen}`] : []),
    ...(summary.benchmark.simulated ? ["simulated data"] : []),
  ];
  return {
    name: `${nameOf(summary, group, line)}: test ${name}`,
    unit: unit ?? name,
    value: line.center,
    range: Number.isFinite(half) ? `± ${number(half, decimals)}` : "",
    extra: extra.join("\n"),
  };
}

function costOf(summary: BenchmarkSummary, group: GroupSummary, line: Line): ActionEntry {
  const { baseline } = summary.benchmark;
  const other = group.lines.find(({ method }) => method === baseline);
  const done = line.kept.filter((row) => row.status === "done").length;
  return {
    name: `${nameOf(summary, group, line)}: seconds of a trial`,
    unit: `× ${baseline}`,
    value: line.seconds / (other?.seconds ?? Number.NaN),
    range: "",
    extra: `${plural(done, "trial")}, ${number(line.seconds, 2)} s on average`,
  };
}

/**
 * Writes FILE for `customSmallerIsBetter`, and FILE with "-bigger" before its ending for `customBiggerIsBetter`, each where it has entries.
 *
 * @returns the files that were written.
 */
export function writeActionBenchmark(summaries: readonly BenchmarkSummary[], file: string): string[] {
  const { smaller, bigger } = actionEntries(summaries);
  const { dir, name, ext } = parse(file);
  const parts = [
    [file, smaller],
    [join(dir, `${name}-bigger${ext}`), bigger],
  ] as const;
  return parts
    .filter(([, entries]) => entries.length > 0)
    .map(([path, entries]) => {
      writeWhole(path, `${JSON.stringify(entries, null, 2)}\n`);
      return path;
    });
}
