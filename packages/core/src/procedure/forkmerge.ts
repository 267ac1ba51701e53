import { OutriggerError } from "../error.ts";
import { flatLike } from "../train/flat.ts";
import { notFinite } from "../train/known-losses.ts";
import { positiveInteger } from "../weighting/gram/check.ts";
import { combineDeltas } from "./inner/deltas.ts";
import { greedyMerge } from "./inner/greedy-merge.ts";
import { requireDev } from "./inner/held-out.ts";
import { heldOutLoss } from "./inner/held-out-loss.ts";
import { advance, memoryOf, replicaOf } from "./inner/replica.ts";
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
  branches?: "each" | "all" | readonly (readonly number[])[];
  /** Ends every branch that the first merge gives no share, but the first branch. Default false. */
  prune?: boolean;
}

/** Branches that still train, the share of each branch in the last merge, and the task weights that these make. */
export interface ForkmergeState {
  alive: number[];
  shares: number[];
  weights: number[];
}

function branchesOf(
  branches: NonNullable<ForkmergeOptions["branches"]>,
  tasks: number,
  primary: number,
): readonly (readonly number[])[] {
  const all = Array.from({ length: tasks }, (_, k) => k);
  const on = (chosen: (k: number) => boolean): number[] => all.map((k) => (chosen(k) ? 1 : 0));
  const alone = on((k) => k === primary);
  if (branches === "all") return [alone, on(() => true)];
  if (branches === "each") {
    return [alone, ...all.filter((k) => k !== primary).map((k) => on((j) => j === k || j === primary))];
  }
  const wrong = branches.find((weights) => weights.length !== tasks || !weights.every((w) => w >= 0));
  if (wrong === undefined && branches.length > 0) return branches;
  const said = wrong === undefined ? "no branch was given" : `a branch has the weights [${wrong.join(", ")}]`;
  throw new OutriggerError(
    "bad-option",
    `forkmerge: ${said}. Give each branch ${tasks} weights of 0 or more, one a task.`,
    { branches },
  );
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
 * Cost: a forward and a backward pass for each of B branches, and at a merge B + 6 (B − 1) forward passes over the held-out data; memory for
 * B copies of parameters and moments.
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Jiang, Chen, Pan, Wang, Liu, Jiang and Long, "ForkMerge: Mitigating Negative Transfer in Auxiliary-Task Learning", NeurIPS 2023,
 * https://arxiv.org/abs/2301.12618. Differences from the authors' code: a branch merges as it is, not as of its best validation;
 * tasks are summed, not drawn; pruning follows the first merge, where theirs ranks runs of one auxiliary beforehand; one branch an auxiliary
 * by default.
 *
 * @throws OutriggerError `bad-option` for an interval that is no positive integer or branches that do not fit the tasks; when training
 * starts, `unsupported` without `dev` or for a model with moving statistics; `non-finite` for a held-out loss that is not finite.
 *
 * @example
 * await fit(model, { method: forkmerge({ interval: 50 }), dev, … });
 */
export const forkmerge = (options: ForkmergeOptions = {}): Procedure<ForkmergeState> => {
  const { interval = 100, branches = "each", prune = false } = options;
  positiveInteger(interval, "interval");
  return {
    name: branches === "all" ? "forkmerge (two branches)" : "forkmerge",
    passes({ tasks, heldOut }) {
      const copies = branchesOf(branches, tasks, 0).length;
      return { forward: copies + ((7 * copies - 6) * heldOut) / interval, backward: copies };
    },
    paper: {
      title: "ForkMerge: Mitigating Negative Transfer in Auxiliary-Task Learning",
      venue: "NeurIPS",
      year: 2023,
      url: "https://arxiv.org/abs/2301.12618",
    },
    verified: "reference",
    init(tasks, primary) {
      const taught = branchesOf(branches, tasks, primary);
      const shares = taught.map(() => 1 / taught.length);
      return { alive: taught.map((_, b) => b), shares, weights: taskWeights(taught, shares) };
    },
    open(setup) {
      const { tasks, primary, main, masks, maxGradientNorm, optimizer } = setup;
      const dev = requireDev(setup, "forkmerge");
      requireStateless(setup, "forkmerge");
      const taught = branchesOf(branches, tasks.length, primary);
      const copies = taught.map(() => replicaOf(main.params.tree, optimizer));
      const descend = weightedGradient(setup);
      const lossOf = heldOutLoss(setup, dev);
      const mixed = flatLike(main.params.tree);

      /** Shares of all branches, those at rest with 0; the mixture lies in `main`. */
      const merge = async (alive: readonly number[], step: number): Promise<number[]> => {
        const ends = alive.map((b) => copies[b]!.params.data);
        const score = async (shares: readonly number[]): Promise<number> => {
          combineDeltas(main.params.data, ends, shares, mixed.data);
          return -(await lossOf(mixed.tree));
        };
        const alone: number[] = [];
        for (const i of alive.keys()) alone.push(await score(alive.map((_, j) => (i === j ? 1 : 0))));
        const broken = alone.findIndex((value) => !Number.isFinite(value));
        if (broken >= 0) {
          const what = `The held-out loss of forkmerge's branch ${alive[broken]} is ${-alone[broken]!}`;
          throw notFinite(what, { step, task: tasks[primary]!.name });
        }
        const { shares } = await greedyMerge(alone, score);
        combineDeltas(main.params.data, ends, shares, main.params.data);
        for (const b of alive) copies[b]!.params.data.set(main.params.data);
        return taught.map((_, b) => (alive.includes(b) ? shares[alive.indexOf(b)]! : 0));
      };

      return {
        memory: memoryOf("branch", copies),
        async step(batch, { step }, state) {
          const before = masks.state;
          const seen: Awaited<ReturnType<typeof descend>>[] = [];
          for (const b of state.alive) {
            masks.state = before;
            seen.push(await descend(copies[b]!, batch, taught[b]!));
          }
          const losses = tasks.map(
            (_, k) => seen.reduce((sum, each) => sum + each.losses[k]!, 0) / seen.length,
          );
          const { counts } = seen[0]!;
          setup.check({ losses, counts }, step);
          for (const b of state.alive) advance(copies[b]!, step + 1, maxGradientNorm);
          if ((step + 1) % interval !== 0) return { losses, counts, weights: state.weights, state };
          const shares = await merge(state.alive, step);
          const first = step + 1 === interval;
          const alive = prune && first ? state.alive.filter((b) => b === 0 || shares[b]! > 0) : state.alive;
          const weights = taskWeights(taught, shares);
          return { losses, counts, weights, state: { alive, shares, weights } };
        },
      };
    },
  };
};

/** Σ_b Λ_b ν_b. */
const taskWeights = (taught: readonly (readonly number[])[], shares: readonly number[]): number[] =>
  taught[0]!.map((_, k) => taught.reduce((sum, weights, b) => sum + shares[b]! * weights[k]!, 0));
