import { norm } from "../solve/rows.ts";
import { flatLike } from "../train/flat.ts";
import { notFinite } from "../train/known-losses.ts";
import { inRange, positiveInteger } from "../weighting/gram/check.ts";
import { combineDeltas, deltaSlopes } from "./inner/deltas.ts";
import { requireDev } from "./inner/held-out.ts";
import { heldOutGradient } from "./inner/held-out-loss.ts";
import { advance, copyOf, memoryOf } from "./inner/replica.ts";
import { requireStateless } from "./inner/stateless.ts";
import { weightedGradient } from "./inner/weighted-gradient.ts";
import type { Procedure } from "./procedure.ts";

export interface AlphaVilOptions {
  /** Steps of every task in a round. Default 50, ours; the paper's round is an epoch. */
  interval?: number;
  /** Steps of α at the end of a round. Default 10, ours. */
  metaSteps?: number;
  /** Step size γ of α. Default 0.05, ours. */
  learningRate?: number;
}

/** w, one weight a task, and α of the last round. */
export interface AlphaVilState {
  weights: number[];
  alpha: number[];
}

/**
 * Lets every task learn by itself for a round and takes of what each learnt as much as serves the primary. From common parameters θ a copy a
 * task takes n steps on w_k L_k and comes to θ + δ_k; α = 1 at first goes down the primary's loss on held-out data, ∂/∂α_k =
 * ⟨∇L_dev(θ + Σ_j α_j δ_j), δ_k⟩, a few steps of size γ, each on one held-out batch; then
 *
 *     θ ← θ + Σ_k α_k δ_k,   w_k ← max(0, w_k + α_k − 1),   w = 1 at first
 *
 * Every copy sees every batch and keeps its optimiser's moments. Deltas are of all parameters; only its own copy moves a head. Between
 * rounds the run's parameters are those of the last round's end: let an epoch end with a round (`interval` a divisor of the batches an
 * epoch, or a multiple), and the last step too. Under an optimiser such as Adam w_k scales nothing but momentum's start, and α alone
 * decides. The history's weights are w, of any sum. Models with moving statistics are refused.
 *
 * Cost: T forward and backward passes, and at the end of a round one of each for every step of α; memory for T copies of parameters and moments.
 *
 * Evidence: core/low-data-procedures in packages/core-bench/README.md.
 *
 * Paper: Kourdis, Gordon-Hall and Gorinski, "αVIL: Learning to Leverage Auxiliary Tasks for Multitask Learning", preprint, 2024,
 * https://arxiv.org/abs/2405.07769. Differences: nobody has published code, and step sizes and the number of steps of α are ours; copies
 * train side by side on the same batches; α is learnt on held-out data; w_k ≥ 0, since a negative weight would turn δ_k around and α_k with it.
 *
 * @throws OutriggerError `bad-option` for counts that are no positive integers or a negative step size; when training starts, `unsupported`
 * without `dev` or for a model with moving statistics; `non-finite` for a held-out loss or gradient that is not finite.
 *
 * @example
 * await fit(model, { method: alphaVil({ interval: 50 }), dev, … });
 */
export const alphaVil = (options: AlphaVilOptions = {}): Procedure<AlphaVilState> => {
  const { interval = 50, metaSteps = 10, learningRate = 0.05 } = options;
  positiveInteger(interval, "interval");
  positiveInteger(metaSteps, "metaSteps");
  inRange(learningRate, "learningRate", 0, 100);
  return {
    name: "alpha-vil",
    passes({ tasks }) {
      const each = tasks + metaSteps / interval;
      return { forward: each, backward: each };
    },
    paper: {
      title: "αVIL: Learning to Leverage Auxiliary Tasks for Multitask Learning",
      venue: "preprint",
      year: 2024,
      url: "https://arxiv.org/abs/2405.07769",
    },
    verified: "own reading",
    settings: { interval, metaSteps, learningRate },
    init(tasks) {
      const ones = Array.from({ length: tasks }, () => 1);
      return { weights: ones, alpha: ones };
    },
    open(setup) {
      const { tasks, primary, main, masks, maxGradientNorm } = setup;
      const dev = requireDev(setup, "alpha-vil");
      requireStateless(setup, "alpha-vil");
      const copies = tasks.map(() => copyOf(setup));
      const ends = copies.map(({ params }) => params.data);
      const descend = weightedGradient(setup);
      const slopeAt = heldOutGradient(setup);
      const mixed = flatLike(main.params.tree);
      const slope = flatLike(main.params.tree);

      const learnAlpha = async (step: number): Promise<number[]> => {
        let alpha = tasks.map(() => 1);
        for (let s = 0; s < metaSteps; s++) {
          combineDeltas(main.params.data, ends, alpha, mixed.data);
          const loss = await slopeAt(mixed.tree, dev.next(), slope);
          if (!Number.isFinite(loss + norm(slope.data))) {
            const what = `The held-out loss of alpha-vil's mixture is ${loss}, or its gradient is not finite`;
            throw notFinite(what, { step, task: tasks[primary]!.name });
          }
          const slopes = deltaSlopes(slope.data, main.params.data, ends);
          alpha = alpha.map((value, k) => value - learningRate * slopes[k]!);
        }
        return alpha;
      };

      return {
        memory: memoryOf("task", copies),
        async step(batch, { step }, state) {
          const before = masks.state;
          const losses: number[] = [];
          let counts: readonly number[] = [];
          for (const [k, copy] of copies.entries()) {
            masks.state = before;
            const alone = tasks.map((_, j) => (j === k ? state.weights[k]! : 0));
            const seen = await descend(copy, batch, alone);
            losses.push(seen.losses[k]!);
            counts = seen.counts;
          }
          setup.check({ losses, counts }, step);
          for (const copy of copies) advance(copy, step + 1, maxGradientNorm);
          const { weights } = state;
          if ((step + 1) % interval !== 0) return { losses, counts, weights, state };
          const alpha = await learnAlpha(step);
          combineDeltas(main.params.data, ends, alpha, main.params.data);
          for (const end of ends) end.set(main.params.data);
          const moved = weights.map((value, k) => Math.max(0, value + alpha[k]! - 1));
          return { losses, counts, weights, state: { weights: moved, alpha } };
        },
      };
    },
  };
};
