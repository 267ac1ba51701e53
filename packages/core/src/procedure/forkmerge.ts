import { OutriggerError } from "../error.ts";
import { type Flat, flatLike } from "../train/flat.ts";
import { notFinite } from "../train/known-losses.ts";
import type { Params } from "../train/model.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { type Branches, branchesOf, pairs, taskWeights, tops } from "./inner/branches.ts";
import { combineDeltas } from "./inner/deltas.ts";
import { greedyMerge } from "./inner/greedy-merge.ts";
import { requireDev } from "./inner/held-out.ts";
import { heldOutLoss } from "./inner/held-out-loss.ts";
import { advance, copyOf, memoryOf } from "./inner/replica.ts";
import { requireStateless } from "./inner/stateless.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure } from "./procedure.ts";

export interface ForkmergeOptions {
  /** Steps between two merges, Δt. Default 100, ours; the paper's are 10 epochs and 12500 steps. Too few are short-sighted, after too many copies do not mix. */
  interval?: number;
  /**
   * What the branches train on. "each", the default: the primary alone, and one branch an auxiliary of primary and that auxiliary; "all": the
   * primary alone, and all tasks together, the paper's basic form; or the T task weights of every branch.
   */
  branches?: "each" | "all" | Branches;
  /** Ends every branch that the first merge gives no share, but the first branch. Default false. */
  prune?: boolean;
  /** Ranks auxiliaries in the run's first `steps` steps, and makes a branch of the best k of them for every k in `top`, such as [0, 3, 5]. Default null: not. */
  ranking?: { readonly steps: number; readonly top: readonly number[] } | null;
  /**
   * Looks at every branch after each `every` steps and at the merge, and merges it as it was when its held-out loss was least: since the last
   * "merge", or since the "start" of training as in the authors' code. Default null: as it is.
   */
  best?: { readonly every: number; readonly since: "merge" | "start" } | null;
}

/** What forkmerge remembers besides its copies. */
export interface ForkmergeState {
  /** Branches that still train. */
  alive: number[];
  /** Of each branch in the last merge. */
  shares: number[];
  /** The task weights that the shares make. */
  weights: number[];
  /** Auxiliaries, best first; null until they are ranked, or where they are not to be. */
  order: number[] | null;
  /** The least held-out loss of each branch that `best` has seen. */
  least: (number | null)[];
}

/**
 * Trains several branches apart for a while, each on its own choice of tasks, and merges them into the mixture that is best for the primary:
 * from common parameters θ branch b takes Δt steps on Σ_k ν_bk L_k and reaches θ_b; then θ ← Σ_b Λ_b θ_b, Λ_b ≥ 0, Σ_b Λ_b = 1, with Λ the
 * least primary loss over all held-out batches that a greedy search finds. The branch that is best alone has coefficient 1; each
 * of the others, best first, is tried with 0, 0.2, …, 1 times the mean of the coefficients so far. All branches go on from θ.
 *
 * Every branch sees every batch, and keeps its optimiser's moments across merges. Between merges the run's parameters are those of the last
 * merge: let an epoch end with a merge (`interval` a divisor of the batches an epoch, or a multiple), and the last step too. The history's losses are means
 * over branches, its weights Σ_b Λ_b ν_b of the last merge (before the first: of equal shares). Models with moving statistics are refused.
 *
 * `ranking` comes before training: every auxiliary trains for so many steps beside the primary, from the run's first parameters, and is ranked by
 * the primary's held-out loss then; the branches are the primary with the best k, for each k of `top`, and begin anew with the next step.
 * Until then the run's parameters rest. With `best` what merges is the best of several states of a branch.
 *
 * Cost: a forward and a backward pass for each of B branches, and at a merge B + 6 (B − 1) forward passes over the held-out data; memory for
 * B copies of parameters and moments. For the ranking K copies and passes a step; for `best` B copies of parameters more, and B forward passes
 * over the held-out data a look.
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Jiang, Chen, Pan, Wang, Liu, Jiang and Long, "ForkMerge: Mitigating Negative Transfer in Auxiliary-Task Learning", NeurIPS 2023,
 * https://arxiv.org/abs/2301.12618. Differences from the authors' code: a branch merges as it is by default, theirs as of its best
 * validation (`best` with "start"), where a later branch must also beat the best of the one before it; tasks are summed, not drawn; their
 * ranking counts epochs; one branch an auxiliary by default.
 *
 * @throws OutriggerError `bad-option` for counts that are no positive integers, branches that do not fit the tasks, or both branches and a
 * ranking; when training starts, `unsupported` without `dev` or for a model with moving statistics; `bad-data` for held-out batches without a label
 * of the primary; `non-finite` for a held-out loss that is not finite.
 *
 * @example
 * await fit(model, { method: forkmerge({ interval: 50 }), dev, … });
 */
export const forkmerge = (options: ForkmergeOptions = {}): Procedure<ForkmergeState> => {
  const { interval = 100, branches = "each", prune = false, ranking = null, best = null } = options;
  positiveInteger(interval, "interval");
  if (ranking !== null) checkRanking(ranking, options);
  if (best !== null) positiveInteger(best.every, "best.every");
  /** Steps before training. */
  const before = (tasks: number): number => (ranking === null || tasks < 2 ? 0 : ranking.steps);
  /** What the branches train on now. */
  const taughtIn = (order: readonly number[] | null, tasks: number, primary: number): Branches => {
    if (ranking === null) return branchesOf(branches, tasks, primary);
    if (tasks < 2) return tops([], [0], primary);
    return order === null ? pairs(tasks, primary) : tops(order, ranking.top, primary);
  };
  /** All branches begin. */
  const begun = (order: number[] | null, tasks: number, primary: number): ForkmergeState => {
    const taught = taughtIn(order, tasks, primary);
    const shares = taught.map(() => 1 / taught.length);
    const weights = taskWeights(taught, shares, tasks);
    return { alive: [...taught.keys()], shares, weights, order, least: taught.map(() => null) };
  };
  return {
    name: branches === "all" ? "forkmerge (two branches)" : "forkmerge",
    passes({ tasks, heldOut }) {
      const copies = ranking === null ? branchesOf(branches, tasks, 0).length : ranking.top.length;
      const looks = (7 * copies - 6) / interval + (best === null ? 0 : copies / best.every);
      return { forward: copies + looks * heldOut, backward: copies };
    },
    paper: {
      title: "ForkMerge: Mitigating Negative Transfer in Auxiliary-Task Learning",
      venue: "NeurIPS",
      year: 2023,
      url: "https://arxiv.org/abs/2301.12618",
    },
    verified: "reference",
    settings: { interval, branches, prune, ranking, best },
    init: (tasks, primary) => begun(null, tasks, primary),
    open(setup) {
      const { tasks, primary, main, masks, maxGradientNorm } = setup;
      const T = tasks.length;
      const dev = requireDev(setup, "forkmerge");
      requireStateless(setup, "forkmerge");
      const count = Math.max(taughtIn(null, T, primary).length, ranking?.top.length ?? 0);
      const copies = Array.from({ length: count }, () => copyOf(setup));
      const bests: Flat<Params>[] = best === null ? [] : copies.map(() => flatLike(main.params.tree));
      const descend = weightedGradient(setup);
      const heldOut = heldOutLoss(setup, dev);
      const mixed = flatLike(main.params.tree);

      const lossOf = async (b: number, params: Params, step: number): Promise<number> => {
        const loss = await heldOut(params);
        if (Number.isFinite(loss)) return loss;
        const what = `The held-out loss of forkmerge's branch ${b} is ${loss}`;
        throw notFinite(what, { step, task: tasks[primary]!.name });
      };

      /** Order of the auxiliaries by what they did beside the primary; all copies begin anew. */
      const ranked = async (step: number): Promise<number[]> => {
        const auxiliaries = tasks.flatMap((_, k) => (k === primary ? [] : [k]));
        const losses: number[] = [];
        for (const b of auxiliaries.keys()) losses.push(await lossOf(b, copies[b]!.params.tree, step));
        for (const { params, update } of copies) {
          params.data.set(main.params.data);
          for (const slot of Object.values(update.slots)) slot.fill(0);
        }
        const places = [...auxiliaries.keys()].sort((i, j) => losses[i]! - losses[j]!);
        return places.map((place) => auxiliaries[place]!);
      };

      /** Keeps branches that are better than they were. */
      const looked = async ({ alive, least }: ForkmergeState, step: number): Promise<(number | null)[]> => {
        const found = [...least];
        for (const b of alive) {
          const { params } = copies[b]!;
          const loss = await lossOf(b, params.tree, step);
          const known = found[b]!;
          if (known !== null && loss >= known) continue;
          found[b] = loss;
          bests[b]!.data.set(params.data);
        }
        return found;
      };

      /** Shares of the branches alive; the mixture lies in `main`, and all go on from it. */
      const merge = async (alive: readonly number[], step: number): Promise<number[]> => {
        const flats = alive.map((b) => bests[b] ?? copies[b]!.params);
        const ends = flats.map(({ data }) => data);
        const alone: number[] = [];
        for (const [i, { tree }] of flats.entries()) alone.push(-(await lossOf(alive[i]!, tree, step)));
        const { shares } = await greedyMerge(alone, async (tried) => {
          combineDeltas(main.params.data, ends, tried, mixed.data);
          return -(await heldOut(mixed.tree));
        });
        combineDeltas(main.params.data, ends, shares, main.params.data);
        for (const b of alive) copies[b]!.params.data.set(main.params.data);
        return [...shares];
      };

      return {
        memory: {
          ...memoryOf("branch", copies),
          ...Object.fromEntries(bests.map(({ data }, b) => [`branch-${b}/best`, data])),
        },
        async step(batch, { step }, state) {
          const start = masks.state;
          const taught = taughtIn(state.order, T, primary);
          const seen: Awaited<ReturnType<typeof descend>>[] = [];
          for (const b of state.alive) {
            masks.state = start;
            seen.push(await descend(copies[b]!, batch, taught[b]!));
          }
          const losses = tasks.map(
            (_, k) => seen.reduce((sum, each) => sum + each.losses[k]!, 0) / seen.length,
          );
          const { counts } = seen[0]!;
          setup.check({ losses, counts }, step);
          const training = step >= before(T);
          const t = training ? step + 1 - before(T) : step + 1;
          for (const b of state.alive) advance(copies[b]!, t, maxGradientNorm);
          const report = { losses, counts, weights: state.weights };
          if (!training) {
            if (t < before(T)) return { ...report, state };
            return { ...report, state: begun(await ranked(step), T, primary) };
          }
          const due = t % interval === 0;
          const look = best !== null && (due || t % best.every === 0);
          const least = look ? await looked(state, step) : state.least;
          if (!due) return { ...report, state: { ...state, least } };
          const merged = await merge(state.alive, step);
          const shares = taught.map((_, b) => merged[state.alive.indexOf(b)] ?? 0);
          const weights = taskWeights(taught, shares, T);
          const alive =
            prune && t === interval ? state.alive.filter((b) => b === 0 || shares[b]! > 0) : state.alive;
          const kept = best?.since === "start" ? least : least.map(() => null);
          return { ...report, weights, state: { ...state, alive, shares, weights, least: kept } };
        },
      };
    },
  };
};

/** @throws OutriggerError "bad-option" for a ranking that makes no branches, or not all of them */
function checkRanking(
  { steps, top }: NonNullable<ForkmergeOptions["ranking"]>,
  { branches }: ForkmergeOptions,
): void {
  positiveInteger(steps, "ranking.steps");
  for (const count of top) inRange(count, "ranking.top", 0);
  if (top.length > 0 && top.every(Number.isInteger) && branches === undefined) return;
  const said =
    "forkmerge: a ranking makes the branches. Give `top` one whole number or more, and no `branches`";
  throw new OutriggerError("bad-option", `${said}.`, { top, branches });
}
