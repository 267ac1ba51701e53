import type { Arm, Tier } from "../benchmark.ts";
import { judge, sealed } from "../results/choose.ts";
import type { Found } from "./discover.ts";
import { type Candidate, candidatesOf, candidateWith, trialCount, trialOf } from "./plan.ts";
import type { RunSummary, Session } from "./session.ts";

export interface RunRequest {
  readonly found: readonly Found[];
  readonly tier: Tier;
  /** Methods to run; the baseline of each group always runs, for every row is paired against it. */
  readonly methods?: readonly string[];
  /** Only the first so many seeds of the tier. */
  readonly seeds?: number;
}

/** The arms of a benchmark that a request asks for. */
export function armsOf(found: Found, tier: Tier, methods?: readonly string[]): readonly Arm[] {
  const { benchmark } = found;
  const arms = benchmark.tiers[tier] ? benchmark.arms(tier) : [];
  if (!methods) return arms;
  const asked = arms.filter((arm) => methods.includes(arm.method));
  const groups = new Set(asked.map((arm) => arm.group ?? ""));
  return arms.filter(
    (arm) => asked.includes(arm) || (arm.method === benchmark.baseline && groups.has(arm.group ?? "")),
  );
}

/**
 * Runs every trial that is not finished: of each arm first the candidates with the first seed, then, with the one that is best on
 * validation, the other seeds. A run can be stopped at any time: see `Session`.
 *
 * @throws Stopped when the executor was stopped.
 */
export async function run(
  session: Session,
  { found, tier, methods, seeds }: RunRequest,
): Promise<RunSummary> {
  const arms = found.flatMap((entry) => armsOf(entry, tier, methods).map((arm) => ({ entry, arm })));
  const seedsOf = ({ benchmark }: Found) => (benchmark.tiers[tier]?.seeds ?? []).slice(0, seeds);
  const counts = arms.map(({ entry, arm }) => trialCount(arm, seedsOf(entry).length));
  session.observer.begin(counts.reduce((sum, count) => sum + count, 0));
  return session.settle(arms.map(({ entry, arm }) => runArm(entry, arm, tier, seedsOf(entry), session)));
}

async function runArm(
  found: Found,
  arm: Arm,
  tier: Tier,
  [first, ...rest]: readonly number[],
  session: Session,
): Promise<void> {
  if (first === undefined) return;
  const candidates = candidatesOf(arm);
  const score = (winner: Candidate | null, seeds: readonly number[]) =>
    Promise.all(seeds.map((seed) => session.row(trialOf(found, tier, arm, winner, seed, "score"))));
  if (candidates.length <= 1) {
    await score(candidates[0] ?? null, [first, ...rest]);
    return;
  }
  const tuning = await Promise.all(
    candidates.map((candidate) => session.row(trialOf(found, tier, arm, candidate, first, "tune"))),
  );
  const [chosen] = judge(tuning.map(sealed), found.benchmark.metric);
  if (!chosen) return session.observer.dropped(rest.length);
  await score(candidateWith(arm, candidates, chosen.options), rest);
}
