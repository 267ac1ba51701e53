import type { Arm, Options, Tier } from "../benchmark.ts";
import type { Found } from "./discover.ts";
import { canonical, shortHash } from "./hash.ts";

/** One trial to run, before it has a process and a folder. */
export interface TrialSpec {
  readonly id: string;
  readonly found: Found;
  readonly tier: Tier;
  readonly method: string;
  readonly group: string;
  readonly kind: Arm["kind"];
  /** With the candidate merged in. */
  readonly options: Options;
  readonly candidate: Candidate | null;
  readonly purpose: "tune" | "score";
  readonly seed: number;
}

/** What its process must know, and what its id is made of. */
export type Runnable = Pick<TrialSpec, "found" | "method" | "group" | "options" | "seed" | "tier">;

/** Which of an arm's candidates: number `index` of `of`. */
export interface Candidate {
  readonly index: number;
  readonly of: number;
  readonly options: Options;
}

/** The hash of benchmark, version, method, group, options, seed, tier and code version. */
export function trialId({ found, method, group, options, seed, tier }: Runnable): string {
  const { name, version } = found.benchmark;
  return shortHash(canonical([name, version, method, group, options, seed, tier, found.codeVersion]));
}

/** The trial of one seed. */
export function trialOf(
  found: Found,
  tier: Tier,
  arm: Arm,
  candidate: Candidate | null,
  seed: number,
  purpose: TrialSpec["purpose"],
): TrialSpec {
  const { method, kind, group = "" } = arm;
  const options = { ...arm.options, ...candidate?.options };
  const id = trialId({ found, method, group, options, seed, tier });
  return { id, found, tier, method, group, kind, options, candidate, purpose, seed };
}

/** The candidates of an arm; one candidate is no choice, so it needs no tuning trial. */
export function candidatesOf(arm: Arm): Candidate[] {
  const list = arm.candidates ?? [];
  return list.map((options, index) => ({ index, of: list.length, options }));
}

/** The candidate that gave a trial its options: by the options, for its number depends on what else was tried. */
export function candidateWith(
  arm: Arm,
  candidates: readonly Candidate[],
  options: Options,
): Candidate | null {
  const key = canonical(options);
  return candidates.find((entry) => canonical({ ...arm.options, ...entry.options }) === key) ?? null;
}

/** How many trials an arm takes: every candidate with the first seed, then the other seeds with the chosen one. */
export function trialCount(arm: Arm, seeds: number): number {
  return Math.max(1, arm.candidates?.length ?? 0) + seeds - 1;
}
