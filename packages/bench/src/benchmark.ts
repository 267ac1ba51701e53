import { BenchError } from "./error.ts";
import { type Json, jsonError } from "./json.ts";
import type { Diagnostics } from "./results/diagnostics.ts";
import { canonical } from "./run/hash.ts";
import { type Space, spaceError } from "./space.ts";

export type { Json } from "./json.ts";

/** Named options of one arm. */
export type Options = { readonly [key: string]: Json };

/** `smoke`: seconds, too small to conclude. `ci`: minutes to an hour on two cores. `full`: a GPU or many machines. */
export type Tier = "smoke" | "ci" | "full";
export const tiers: readonly Tier[] = ["smoke", "ci", "full"];

/**
 * One row of the table: a method with its options.
 *
 * With `candidates`, each one is merged over `options` and run with the tier's first seed; the one that is best on the VALIDATION
 * metric is kept for all seeds. No two may come to the same options, and every arm should have as many, or the comparison favours whoever
 * may try more.
 */
export interface Arm {
  /** Unique within its group, and with `group` the identity of the row. */
  readonly method: string;
  /** Rows are only compared within their group, for example one model ("gin", "mlp"). */
  readonly group?: string;
  readonly kind: "baseline" | "rule" | "control";
  readonly options: Options;
  readonly candidates?: readonly Options[];
  /** What `outrigger tune` may choose from instead: each configuration is merged over `options`. `outrigger run` does not read it. */
  readonly space?: Space;
  /** One line for the report: what this row does or controls for. */
  readonly describe?: string;
}

/** What `run` gets: one seed of one arm, with the chosen candidate already merged into `options`. */
export interface Trial {
  readonly benchmark: string;
  readonly version: number;
  readonly method: string;
  readonly group: string;
  readonly options: Options;
  readonly seed: number;
  readonly tier: Tier;
  /** Native threads this trial may use; the runner starts several trials at a time. */
  readonly threads: number;
  /** An empty folder of this trial alone, for checkpoints and logs. */
  readonly directory: string;
  /** Reports how much is done, 0 to 1, with a short note such as "epoch 12, rmse 0.91". */
  progress(fraction: number, note?: string): void;
}

export interface TrialResult {
  /**
   * Keys are "validation/NAME" and "test/NAME"; both must be there for the benchmark's metric.
   * null: undefined here or not finite (a diverged run); the table then says how many seeds are missing.
   */
  readonly metrics: Readonly<Record<string, number | null>>;
  /**
   * One value an epoch, drawn in the report: "train/loss", "validation/rmse", "weight/tpsa". A curve named "NAME by AXIS" runs over something else,
   * counted from 1: "exact match by length" has the value of length 10 in its tenth place, and null where nothing was measured.
   */
  readonly curves?: Readonly<Record<string, readonly (number | null)[]>>;
  /** How the tasks got along, drawn in the report: `summarizeDiagnostics` of @outrigger/core makes it. */
  readonly diagnostics?: Diagnostics;
  readonly notes?: readonly string[];
  readonly datasets?: readonly { readonly name: string; readonly sha256: string }[];
  /** What computed it, for example "onnx/cpu" or "tfjs/cpu". */
  readonly runtime?: string;
}

/** The runner owns seeds, storage, statistics and reports; a benchmark is data and one function. */
export interface Benchmark {
  /** "DOMAIN/DATASET", for example "molecular/esol". */
  readonly name: string;
  /** Raise it with every change that may move a number; trials of other versions are never mixed. */
  readonly version: number;
  readonly title: string;
  /** What is measured, on which split; says "simulated" where the data is. */
  readonly description: string;
  /** Without the split: { name: "rmse" } reads "test/rmse" for the table and "validation/rmse" for every choice. */
  readonly metric: { readonly name: string; readonly better: "lower" | "higher"; readonly unit?: string };
  /** The method that every row of a group is paired against, for example "single-task". */
  readonly baseline: string;
  /** `embedded` runs with no data and no network; `data` needs a dataset. */
  readonly source: "embedded" | "data";
  /** True for data that a generator made up; said plainly in table and report. */
  readonly simulated?: boolean;
  /** `true`, or why this tier cannot run here and what to do. Must not download. */
  available?(tier: Tier): Promise<true | string>;
  /** `limit`: seconds after which a trial is taken to hang and is killed; default 10 minutes (smoke), 2 hours (ci), a day (full). */
  readonly tiers: Readonly<
    Partial<Record<Tier, { readonly seeds: readonly number[]; readonly limit?: number }>>
  >;
  arms(tier: Tier): readonly Arm[];
  run(trial: Trial): Promise<TrialResult>;
}

/**
 * Checks a benchmark and returns it unchanged.
 *
 * @example
 * // bench/esol.ts: one file is one benchmark
 * export default defineBenchmark({ name: "molecular/esol", version: 1, … });
 *
 * @throws BenchError "bad-benchmark" naming the field that is wrong: a malformed name, a version that is no positive integer,
 *   a repeated seed or row, a baseline that is missing from a group, an arm with an empty candidate list, with two candidates that come
 *   to the same options, or with an option that is not JSON (undefined, NaN, an endless number).
 */
export function defineBenchmark(benchmark: Benchmark): Benchmark {
  const wrong = (what: string): never => {
    throw new BenchError("bad-benchmark", `Benchmark ${JSON.stringify(benchmark?.name)}: ${what}`);
  };
  if (typeof benchmark !== "object" || benchmark === null || typeof benchmark.arms !== "function")
    wrong("it is no benchmark: give defineBenchmark a record with name, metric, tiers, arms and run.");
  const { metric, tiers: given } = benchmark;
  if (typeof metric?.name !== "string")
    wrong('metric has no name; give for example { name: "rmse", better: "lower" }.');
  if (typeof given !== "object" || given === null)
    wrong("tiers is no record; give at least smoke: { seeds: [0] }.");
  // Names become parts of paths and anchors.
  if (!/^[a-z0-9-]+(\/[a-z0-9-][a-z0-9.-]*)+$/.test(benchmark.name))
    wrong('name must look like "domain/dataset", in lower case.');
  if (!Number.isInteger(benchmark.version) || benchmark.version < 1)
    wrong(`version is ${benchmark.version}; give a whole number from 1 on.`);
  if (/\//.test(benchmark.metric.name) || benchmark.metric.name === "")
    wrong(`metric.name is "${benchmark.metric.name}"; give the name without the split, for example "rmse".`);
  const named = tiers.filter((tier) => benchmark.tiers[tier]);
  if (named.length === 0) wrong("tiers is empty; give at least smoke: { seeds: [0] }.");
  for (const tier of named) checkTier(benchmark, tier, wrong);
  return benchmark;
}

function checkTier(benchmark: Benchmark, tier: Tier, wrong: (what: string) => never): void {
  const seeds = benchmark.tiers[tier]?.seeds ?? [];
  if (!Array.isArray(seeds))
    wrong(`tiers.${tier}.seeds is ${JSON.stringify(seeds)}; give a list of whole numbers.`);
  if (seeds.length === 0 || new Set(seeds).size < seeds.length || !seeds.every(Number.isInteger))
    wrong(`tiers.${tier}.seeds is [${seeds.join(", ")}]; give distinct whole numbers.`);
  const limit = benchmark.tiers[tier]?.limit ?? 1;
  if (!(limit > 0)) wrong(`tiers.${tier}.limit is ${limit}; give a number of seconds above 0.`);
  const arms = benchmark.arms(tier);
  const rows = new Set<string>();
  for (const arm of arms) {
    const row = `${arm.group ?? ""} ${arm.method}`.trim();
    if (rows.has(row)) wrong(`arms("${tier}") has the row "${row}" twice.`);
    rows.add(row);
    const unusable = armError(arm);
    if (unusable !== null) wrong(`arm "${row}": ${unusable}.`);
  }
  for (const group of new Set(arms.map((arm) => arm.group ?? ""))) {
    if (!arms.some((arm) => (arm.group ?? "") === group && arm.method === benchmark.baseline))
      wrong(`arms("${tier}") has no row for the baseline "${benchmark.baseline}" in group "${group}".`);
  }
  if (arms.length === 0) wrong(`arms("${tier}") is empty.`);
}

/** What is wrong with the options of an arm, its candidates or its space; null when nothing is. */
function armError({ options, candidates, space }: Arm): string | null {
  if (candidates?.length === 0) return "it has an empty list of candidates; leave it out instead";
  const foreign = jsonError(options, "options") ?? jsonError(candidates ?? [], "candidates");
  if (foreign !== null) return `${foreign}, which JSON cannot hold`;
  // Trials of both would be the same, and a choice between them none.
  const merged = (candidates ?? []).map((candidate) => canonical({ ...options, ...candidate }));
  const again = merged.findIndex((text, i) => merged.indexOf(text) < i);
  if (again >= 0)
    return `candidates ${merged.indexOf(merged[again] ?? "")} and ${again} are both ${merged[again]} over its options; leave one out`;
  return space ? spaceError(space) : null;
}
