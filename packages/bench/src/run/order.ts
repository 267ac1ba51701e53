import { z } from "zod";
import type { Options, Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { optionsSchema, tierSchema } from "../results/row.ts";
import type { Found } from "./discover.ts";
import { shortHash } from "./hash.ts";
import { type Runnable, type TrialSpec, trialId } from "./plan.ts";

/** A trial as data, for another machine: names and numbers, from which that machine finds the benchmark among its own. */
export interface Order {
  readonly format: 1;
  readonly id: string;
  readonly package: string;
  readonly codeVersion: string;
  readonly benchmark: string;
  readonly version: number;
  readonly method: string;
  readonly group: string;
  readonly options: Options;
  readonly seed: number;
  readonly tier: Tier;
  readonly threads: number;
  /** Seconds the trial may take; null for any number. */
  readonly limit: number | null;
  /** How often it is started at most when its process dies or hangs. */
  readonly attempts: number;
}

export const orderSchema: z.ZodType<Order> = z.strictObject({
  format: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  package: z.string(),
  codeVersion: z.string(),
  benchmark: z.string(),
  version: z.int(),
  method: z.string(),
  group: z.string(),
  options: optionsSchema,
  seed: z.int(),
  tier: tierSchema,
  threads: z.int().min(1),
  limit: z.number().positive().nullable(),
  attempts: z.int().min(1),
});

export function orderOf(trial: TrialSpec, how: { threads: number; limit: number; attempts: number }): Order {
  const { id, found, method, group, options, seed, tier } = trial;
  return {
    format: 1,
    id,
    package: found.package,
    codeVersion: found.codeVersion,
    benchmark: found.benchmark.name,
    version: found.benchmark.version,
    method,
    group,
    options,
    seed,
    tier,
    threads: how.threads,
    limit: Number.isFinite(how.limit) ? how.limit : null,
    attempts: how.attempts,
  };
}

/**
 * The trial that an order asks for, of the benchmarks that are here.
 *
 * @throws BenchError "bad-trial" when it is no order, asks for what is not here, or its id is not that of its content; "other-version" when
 *   the code here is not the code that it asks for.
 */
export function trialOfOrder(data: unknown, all: readonly Found[]): { trial: Runnable; order: Order } {
  const parsed = orderSchema.safeParse(data);
  if (!parsed.success)
    throw new BenchError("bad-trial", `This is not a trial. ${z.prettifyError(parsed.error)}`);
  const order = parsed.data;
  const { benchmark: name, method, group, options, seed, tier } = order;
  const found = all.find(({ benchmark }) => benchmark.name === name);
  if (!found) throw new BenchError("bad-trial", `The trial is of ${name}, a benchmark that is not here.`);
  const { benchmark, codeVersion } = found;
  const here = `${found.package} version ${benchmark.version}, code ${codeVersion}`;
  const wanted = `${order.package} version ${order.version}, code ${order.codeVersion}`;
  if (here !== wanted)
    throw new BenchError(
      "other-version",
      `other version: the trial of ${name} is for ${wanted}; here is ${here}. Build here what is built where the run was started.`,
    );
  const arms = benchmark.tiers[tier] ? benchmark.arms(tier) : [];
  if (!arms.some((arm) => arm.method === method && (arm.group ?? "") === group))
    throw new BenchError("bad-trial", `${name} has no row "${`${group} ${method}`.trim()}" in tier ${tier}.`);
  const trial = { found, method, group, options, seed, tier };
  if (trialId(trial) !== order.id)
    throw new BenchError("bad-trial", `The trial's id ${order.id} is not that of its content.`);
  return { trial, order };
}

/** What code a whole project runs, as a hash: machines with the same one can run each other's trials. */
export const projectVersion = (all: readonly Found[]): string =>
  shortHash(...packageVersions(all).map(({ name, code }) => `${name} ${code}`));

/** Every package with benchmarks, and the code that it runs. */
export function packageVersions(all: readonly Found[]): { name: string; code: string }[] {
  const codes = new Map(all.map((found) => [found.package, found.codeVersion]));
  return [...codes].map(([name, code]) => ({ name, code })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
