import type { Benchmark, Tier } from "../benchmark.ts";
import { holm, holmLevels } from "../statistics/holm.ts";
import { fewestPairs, type PairedDifference, pairedDifference } from "../statistics/paired.ts";
import type { BenchmarkSummary, Line } from "./summary.ts";

export type Change = "better" | "worse" | "no difference" | "identical" | "not tested";

/** One row of the table, in both result sets. */
export interface Compared {
  readonly group: string;
  readonly method: string;
  readonly a: Line;
  readonly b: Line;
  /** b - a by seed, with the interval at the level that Holm's procedure gives this row. */
  readonly difference: PairedDifference;
  /** Holm's adjusted p over all rows of the comparison; null where nothing was tested. */
  readonly p: number | null;
  readonly change: Change;
}

export interface Comparison {
  readonly benchmark: Benchmark;
  readonly tier: Tier;
  readonly rows: readonly Compared[];
  /** Rows, or seeds of rows, that only one set has, and what else the reader must know. */
  readonly notes: readonly string[];
}

/** A benchmark and tier in either set; null where a set has none of it. */
export interface Sides {
  readonly a: BenchmarkSummary | null;
  readonly b: BenchmarkSummary | null;
}

/**
 * Compares two sets of results row by row: the paired difference b - a of the test metric over the seeds that both have, with Holm's
 * adjustment over all rows of all benchmarks that are tested, so that one row in twenty is not called changed by chance. Rows with
 * fewer than five pairs are not tested, and none of tier `smoke` is.
 */
export function compare(sides: readonly Sides[]): Comparison[] {
  const matched = sides.flatMap(({ a, b }) => (a && b ? [{ a, b, pairs: matchedLines(a, b) }] : []));
  const tested = matched
    .filter(({ b }) => b.tier !== "smoke")
    .flatMap(({ pairs }) => pairs)
    .filter((pair) => commonSeeds(pair) >= fewestPairs);
  const ps = tested.map(({ a, b }) => pairedDifference(b.values, a.values).p);
  const adjusted = new Map(holm(ps).map((p, i) => [tested[i], p]));
  const levels = new Map(holmLevels(ps).map((level, i) => [tested[i], level]));
  return matched.map(({ a, b, pairs }) => ({
    benchmark: b.benchmark,
    tier: b.tier,
    rows: pairs.map((pair): Compared => {
      const difference = pairedDifference(pair.b.values, pair.a.values, levels.get(pair));
      const p = adjusted.get(pair) ?? null;
      return { ...pair, difference, p, change: changeOf(pair, difference, p, b.benchmark.metric.better) };
    }),
    notes: notesOf(a, b),
  }));
}

interface Pair {
  readonly group: string;
  readonly method: string;
  readonly a: Line;
  readonly b: Line;
}

const linesOf = ({ groups }: BenchmarkSummary): { group: string; line: Line }[] =>
  groups.flatMap(({ group, lines }) => lines.map((line) => ({ group, line })));

function matchedLines(a: BenchmarkSummary, b: BenchmarkSummary): Pair[] {
  const ofA = linesOf(a);
  return linesOf(b).flatMap(({ group, line }) => {
    const other = ofA.find((entry) => entry.group === group && entry.line.method === line.method);
    return other ? [{ group, method: line.method, a: other.line, b: line }] : [];
  });
}

const commonSeeds = ({ a, b }: Pair): number =>
  [...b.values.keys()].filter((seed) => a.values.has(seed)).length;

function changeOf(
  { a, b }: Pair,
  { pairs, mean }: PairedDifference,
  p: number | null,
  better: "lower" | "higher",
): Change {
  const same = [...b.values].every(([seed, value]) => !a.values.has(seed) || a.values.get(seed) === value);
  if (pairs > 0 && same) return "identical";
  if (p === null) return "not tested";
  if (p > 0.05) return "no difference";
  return mean < 0 === (better === "lower") ? "better" : "worse";
}

function notesOf(a: BenchmarkSummary, b: BenchmarkSummary): string[] {
  const notes: string[] = [];
  if (a.benchmark.version !== b.benchmark.version) {
    notes.push(
      `A is version ${a.benchmark.version} of the benchmark, B is version ${b.benchmark.version}: the experiment itself has changed.`,
    );
  }
  const name = ({ group, line }: { group: string; line: Line }) => `${group} ${line.method}`.trim();
  const [inA, inB] = [linesOf(a), linesOf(b)] as const;
  const only = (own: typeof inA, others: typeof inA) =>
    own.map(name).filter((row) => !others.some((entry) => name(entry) === row));
  const missing = { A: only(inA, inB), B: only(inB, inA) };
  for (const [set, rows] of Object.entries(missing))
    if (rows.length > 0) notes.push(`Only in ${set}: ${rows.join(", ")}.`);
  for (const pair of matchedLines(a, b)) {
    const row = `${pair.group} ${pair.method}`.trim();
    const [sizeA, sizeB, common] = [pair.a.values.size, pair.b.values.size, commonSeeds(pair)];
    if (common < Math.max(sizeA, sizeB))
      notes.push(`${row}: A has ${sizeA} seeds, B ${sizeB}; ${common} are in both.`);
    if (pair.a.chosen !== pair.b.chosen)
      notes.push(
        `${row}: validation chose ${pair.a.chosen || "nothing"} in A, ${pair.b.chosen || "nothing"} in B.`,
      );
  }
  for (const [set, { unused }] of Object.entries({ A: a, B: b }))
    notes.push(...unused.map((text) => `${set}: ${text}`));
  return notes;
}
