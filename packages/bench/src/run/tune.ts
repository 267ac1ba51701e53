import type { Arm, Options, Tier } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { type Judged, judge, sealed } from "../results/choose.ts";
import type { Row } from "../results/row.ts";
import type { Found } from "./discover.ts";
import { drawConfigurations } from "./draw.ts";
import { type Candidate, candidateWith, type TrialSpec, trialOf } from "./plan.ts";
import { armsOf } from "./run.ts";
import type { Session } from "./session.ts";

/** `random`: every configuration with one seed. `halving`: the better ones go on with more seeds. */
export type Search = "random" | "halving";

export interface TuneRequest {
  readonly found: readonly Found[];
  readonly tier: Tier;
  readonly methods?: readonly string[];
  /** Configurations that every row may try. */
  readonly configurations: number;
  readonly search: Search;
  /** Of the draw. */
  readonly seed: number;
  /** Afterwards run the chosen configuration with the other seeds too. */
  readonly score: boolean;
}

/** So many configurations, each with so many seeds (those of the rungs before included). */
export interface Rung {
  readonly configurations: number;
  readonly seeds: number;
}

/** What came of one row. */
export interface TunedArm {
  readonly found: Found;
  readonly arm: Arm;
  readonly rungs: readonly Rung[];
  /** The choice of validation and how it was judged; null when every configuration failed. */
  readonly chosen: (Judged & { readonly candidate: Candidate }) | null;
  /** What the search asked for, and the final rows: what an earlier search left in the same file is not among them. */
  readonly rows: readonly Row[];
}

/** Of the better half goes on, as in the paper's analysis. */
const eta = 2;

/**
 * The rungs of a search. Successive halving spends more on what was better so far: n configurations with one seed, the better half of them
 * with two, of these the better half with four …, until two are left or the tier's seeds are used up; the best of the last rung is chosen. The resource that grows is the
 * number of seeds, for every benchmark has seeds; fewer epochs would need each benchmark's help.
 *
 * Jamieson, Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016,
 * https://proceedings.mlr.press/v51/jamieson16.html.
 */
export function rungsOf(search: Search, configurations: number, seeds: number): Rung[] {
  const rungs: Rung[] = [{ configurations, seeds: 1 }];
  if (search === "random") return rungs;
  for (let last = rungs[0]; last && last.configurations > eta && last.seeds < seeds; last = rungs.at(-1)) {
    rungs.push({
      configurations: Math.ceil(last.configurations / eta),
      seeds: Math.min(seeds, last.seeds * eta),
    });
  }
  return rungs;
}

/** Trials that the rungs take together. */
export const trialsOf = (rungs: readonly Rung[]): number =>
  rungs.reduce((sum, rung, i) => sum + rung.configurations * (rung.seeds - (rungs[i - 1]?.seeds ?? 0)), 0);

/**
 * Chooses the options of every row at the same budget: the same number of configurations, rungs and trials for each, on the validation
 * metric alone. Where a row's space has fewer configurations than asked for, all rows of the benchmark get only so many.
 *
 * @throws Stopped when the executor was stopped, BenchError "bad-benchmark" naming rows that have nothing to choose from.
 */
export async function tune(session: Session, request: TuneRequest): Promise<TunedArm[]> {
  const plans = request.found.flatMap((found) => plansOf(found, request));
  const each = plans.map(({ rungs, found }) => trialsOf(rungs) + restOf(found, request, rungs).length);
  session.observer.begin(each.reduce((sum, count) => sum + count, 0));
  const arms = plans.map((plan) => tuneArm(session, plan, request));
  await session.settle(arms);
  return Promise.all(arms);
}

interface Plan {
  readonly found: Found;
  readonly arm: Arm;
  readonly candidates: readonly Candidate[];
  readonly rungs: readonly Rung[];
}

function plansOf(found: Found, { tier, methods, configurations, search, seed }: TuneRequest): Plan[] {
  const arms = armsOf(found, tier, methods);
  const drawn = arms.map((arm) => configurationsOf(arm, configurations, seed));
  const none = arms
    .filter((_, i) => drawn[i]?.length === 0)
    .map((arm) => `${arm.group ?? ""} ${arm.method}`.trim());
  if (none.length > 0) {
    throw new BenchError(
      "bad-benchmark",
      `${found.benchmark.name}: ${none.join(", ")} cannot be tuned, so the rows' budgets could not be equal. Give each arm a "space" or "candidates", or choose others with --methods.`,
    );
  }
  const of = Math.min(...drawn.map((list) => list.length));
  const rungs = rungsOf(search, of, found.benchmark.tiers[tier]?.seeds.length ?? 0);
  return arms.map((arm, i) => {
    const candidates = (drawn[i] ?? []).slice(0, of).map((options, index) => ({ index, of, options }));
    return { found, arm, candidates, rungs };
  });
}

/** Random configurations of an arm's space, or of its list of candidates. */
function configurationsOf({ space, candidates = [] }: Arm, count: number, seed: number): Options[] {
  if (space) return drawConfigurations(space, count, seed);
  if (candidates.length <= count) return [...candidates];
  const places = drawConfigurations({ place: { values: candidates.map((_, i) => i) } }, count, seed);
  return places.map(({ place }) => candidates[place as number] ?? {});
}

/** Seeds of the final rows that the search itself has not run. */
function restOf(found: Found, { tier, score }: TuneRequest, rungs: readonly Rung[]): readonly number[] {
  return score ? (found.benchmark.tiers[tier]?.seeds.slice(rungs.at(-1)?.seeds) ?? []) : [];
}

async function tuneArm(session: Session, plan: Plan, request: TuneRequest): Promise<TunedArm> {
  const { found, arm, candidates, rungs } = plan;
  const { tier } = request;
  const seeds = found.benchmark.tiers[tier]?.seeds ?? [];
  const rows: Row[] = [];
  const best = () => judge(rows.map(sealed), found.benchmark.metric);
  const candidateOf = (judged: Judged) => candidateWith(arm, candidates, judged.options);
  // A row of an earlier search counts as what this one asks for.
  const ask = async (trial: TrialSpec): Promise<Row> => {
    const { purpose, candidate } = trial;
    return { ...(await session.row(trial)), purpose, candidate };
  };
  let alive = candidates;
  for (const [i, rung] of rungs.entries()) {
    if (i > 0)
      alive = best()
        .slice(0, rung.configurations)
        .flatMap((judged) => candidateOf(judged) ?? []);
    const fresh = seeds.slice(rungs[i - 1]?.seeds ?? 0, rung.seeds);
    const trials = alive.flatMap((candidate) =>
      fresh.map((seed) => trialOf(found, tier, arm, candidate, seed, "tune")),
    );
    session.observer.dropped(rung.configurations * fresh.length - trials.length);
    rows.push(...(await Promise.all(trials.map(ask))));
  }
  const [judged] = best();
  const candidate = judged && candidateOf(judged);
  const rest = restOf(found, request, rungs);
  if (!judged || !candidate) {
    session.observer.dropped(rest.length);
    return { found, arm, rungs, chosen: null, rows };
  }
  const final = await Promise.all(
    rest.map((seed) => ask(trialOf(found, tier, arm, candidate, seed, "score"))),
  );
  return { found, arm, rungs, chosen: { ...judged, candidate }, rows: [...rows, ...final] };
}
