import type { Benchmark, Tier } from "../benchmark.ts";
import { plural } from "../plural.ts";
import { canonical } from "../run/hash.ts";
import { bootstrapInterval, type Interval } from "../statistics/bootstrap.ts";
import { probabilityOfImprovement } from "../statistics/improvement.ts";
import { interquartileMean, mean } from "../statistics/interquartile-mean.ts";
import { type PairedDifference, pairedDifference, type Verdict, verdict } from "../statistics/paired.ts";
import { scored } from "./choose.ts";
import type { Row } from "./row.ts";

/** One row of a table. */
export interface Line {
  readonly method: string;
  readonly kind: Row["kind"];
  readonly describe: string;
  /** What validation chose, as "scale=0.1"; empty without candidates. */
  readonly chosen: string;
  /** How many candidates it was chosen from; 1 means no choice. */
  readonly budget: number;
  /** Test metric by seed, in the order of the tier's seeds. */
  readonly values: ReadonlyMap<number, number>;
  readonly expected: number;
  readonly center: number;
  readonly interval: Interval;
  /** null in the baseline's own row, or when the baseline has no seed in common. */
  readonly difference: PairedDifference | null;
  readonly improvement: number | null;
  readonly verdict: Verdict | null;
  /** Mean seconds of a trial that ended well (NaN when none did), and of all trials together with tuning. */
  readonly seconds: number;
  readonly totalSeconds: number;
  /** All trials, tuning and failed ones too. */
  readonly trials: readonly Row[];
  /** The trials behind `values`. */
  readonly kept: readonly Row[];
}

export interface GroupSummary {
  readonly group: string;
  readonly lines: readonly Line[];
}

export interface BenchmarkSummary {
  readonly benchmark: Benchmark;
  readonly tier: Tier;
  /** Whether the rows come from the code that is here now. */
  readonly current: boolean;
  /** Rows that are in the file and not in the table, in words: of other versions, other code, other seeds. */
  readonly unused: readonly string[];
  readonly groups: readonly GroupSummary[];
}

const kinds: readonly Row["kind"][] = ["baseline", "rule", "control"];

/**
 * Turns the trials of one benchmark and tier into a table: rows of one version and one code version only (the present code's if there
 * are any, else the newest), so that numbers of different code never stand side by side. What is left out is counted in `unused`.
 *
 * @returns null when there is no row of the benchmark's version and tier.
 */
export function summarize(
  benchmark: Benchmark,
  tier: Tier,
  codeVersion: string,
  rows: readonly Row[],
): BenchmarkSummary | null {
  const ofTier = rows.filter((row) => row.benchmark === benchmark.name && row.tier === tier);
  const own = ofTier.filter((row) => row.version === benchmark.version);
  const newest = [...own].sort((a, b) => (a.provenance.startedAt < b.provenance.startedAt ? 1 : -1))[0];
  if (!newest) return null;
  const current = own.some((row) => row.codeVersion === codeVersion);
  const code = current ? codeVersion : newest.codeVersion;
  const used = own.filter((row) => row.codeVersion === code);
  const groups = inOrder(
    used.map((row) => row.group),
    benchmark.arms(tier).map((arm) => arm.group ?? ""),
  );
  return {
    benchmark,
    tier,
    current,
    unused: unusedOf(benchmark, tier, ofTier, used),
    groups: groups.map((group) => {
      const inGroup = used.filter((row) => row.group === group);
      return { group, lines: linesOf(benchmark, tier, inGroup) };
    }),
  };
}

/** What of a benchmark's rows no table shows, in words. */
export function unusedOf(
  { version, tiers }: Benchmark,
  tier: Tier,
  rows: readonly Row[],
  used: readonly Row[],
): string[] {
  const versions = rows.filter((row) => row.version !== version);
  const code = rows.length - versions.length - used.length;
  const seeds = used.filter((row) => !tiers[tier]?.seeds.includes(row.seed));
  const list = (values: readonly number[]) => [...new Set(values)].sort((a, b) => a - b).join(", ");
  return [
    versions.length > 0
      ? `${plural(versions.length, "trial")} of another version (${list(versions.map((row) => row.version))}) left out: the benchmark is at version ${version}.`
      : "",
    code > 0 ? `${plural(code, "trial")} of other code left out.` : "",
    seeds.length > 0
      ? `${plural(seeds.length, "trial")} with seeds that the tier does not have (${list(seeds.map((row) => row.seed))}) left out.`
      : "",
  ].filter((text) => text !== "");
}

/** Distinct values, those in `order` first and in that order. */
function inOrder(values: readonly string[], order: readonly string[]): string[] {
  const known = new Set(values);
  return [...new Set([...order.filter((value) => known.has(value)), ...values])];
}

function linesOf(benchmark: Benchmark, tier: Tier, rows: readonly Row[]): Line[] {
  const { metric, baseline } = benchmark;
  const arms = benchmark.arms(tier);
  const seeds = benchmark.tiers[tier]?.seeds ?? [];
  const valuesOf = (kept: readonly Row[]) => {
    const bySeed = new Map(kept.map((row) => [row.seed, row.metrics[`test/${metric.name}`] ?? null]));
    const pairs = seeds.map((seed) => [seed, bySeed.get(seed) ?? null] as const);
    return new Map(pairs.filter((pair): pair is [number, number] => pair[1] !== null));
  };
  const methods = inOrder(
    rows.map((row) => row.method),
    arms.map((arm) => arm.method),
  );
  const trialsOf = (method: string) => rows.filter((row) => row.method === method);
  const reference = valuesOf(scored(trialsOf(baseline), metric));
  const lines = methods.map((method): Line => {
    const trials = trialsOf(method);
    const kept = scored(trials, metric);
    const values = valuesOf(kept);
    const numbers = [...values.values()];
    const paired = method === baseline ? null : pairedDifference(values, reference);
    const difference = paired !== null && paired.pairs > 0 ? paired : null;
    const smoke = tier === "smoke";
    return {
      method,
      kind: trials[0]?.kind ?? "rule",
      describe: arms.find((arm) => arm.method === method)?.describe ?? "",
      chosen: describeOptions(kept[0]?.candidate?.options ?? {}),
      budget: budgetOf(trials),
      values,
      expected: seeds.length,
      center: interquartileMean(numbers),
      interval: bootstrapInterval([numbers]),
      difference,
      improvement:
        difference && probabilityOfImprovement([numbers], [[...reference.values()]], metric.better),
      verdict:
        method === baseline
          ? null
          : difference
            ? verdict(difference, { better: metric.better, expected: seeds.length, smoke })
            : "incomplete",
      seconds: mean(kept.filter((row) => row.status === "done").map((row) => row.provenance.seconds)),
      totalSeconds: trials.reduce((sum, row) => sum + row.provenance.seconds, 0),
      trials,
      kept,
    };
  });
  return lines.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** How many candidates a row had to choose from, even if not all of them were run, or several searches were. */
function budgetOf(trials: readonly Row[]): number {
  const tried = new Set(trials.filter((row) => row.purpose === "tune").map((row) => canonical(row.options)));
  return Math.max(1, tried.size, ...trials.map((row) => row.candidate?.of ?? 1));
}

/** "scale=0.1, warmup=5" */
export function describeOptions(options: Row["options"]): string {
  return Object.entries(options)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : canonical(value)}`)
    .join(", ");
}
