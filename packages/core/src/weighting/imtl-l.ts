import { inRange } from "./gram/check.ts";
import { adamStep, type Moments, noMoments } from "./loss/adam.ts";
import type { Weighting } from "./weighting.ts";

export interface ImtlLOptions {
  /** Adam's step size for s. Default 0.025, ours; the paper and LibMTL step s with the model's optimiser. */
  learningRate?: number;
}

/** s: the learned logarithms of the weights. */
export interface ImtlLState extends Moments {
  s: number[];
}

/** exp(±40) is as far as a weight goes, and a gradient whose square is a number. */
const bounded = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/**
 * Impartial learning, the loss half: minimises Σ_k exp(s_k) L_k − s_k over s as well, so w_k = exp(s_k) and, at rest, every weighted
 * loss is 1.
 *
 * s starts at 0. L_k: loss of task k; the weights sum to no fixed number. `observe` takes one Adam step on s (β = 0.9, 0.999); a loss
 * that is not finite leaves its gradient at 0. Cost: one backward pass.
 *
 * Paper: Liu, Li, Kuang, Xue, Chen, Yang, Liao and Zhang, "Towards Impartial Multi-task Learning", ICLR 2021,
 * https://openreview.net/forum?id=IMPnRXEWpvr. Difference: an optimiser of its own for s, and |s_k| ≤ 40, so that a weight is never 0
 * or infinite, also for losses of 0 or below.
 *
 * @throws OutriggerError `bad-option` for a step size below 0.
 */
export const imtlL = ({ learningRate = 0.025 }: ImtlLOptions = {}): Weighting<ImtlLState> => {
  inRange(learningRate, "learningRate", 0);
  return {
    name: "imtl-l",
    paper: {
      title: "Towards Impartial Multi-task Learning",
      venue: "ICLR",
      year: 2021,
      url: "https://openreview.net/forum?id=IMPnRXEWpvr",
    },
    verified: "torchjd",
    atRepresentation: true,
    needs: () => "nothing",
    init: (tasks) => ({ s: Array.from({ length: tasks }, () => 0), ...noMoments(tasks) }),
    weigh: (_, state) => ({ weights: state.s.map(Math.exp), state }),
    observe({ losses }, { s, ...before }) {
      const gradient = s.map((value, k) =>
        Number.isFinite(losses[k]) ? bounded(Math.exp(value) * losses[k]! - 1, 1e100) : 0,
      );
      const { change, ...moments } = adamStep(gradient, before, learningRate);
      return { s: s.map((value, k) => bounded(value + change[k]!, 40)), ...moments };
    },
  };
};
