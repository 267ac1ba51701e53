import { dot, softmax, sum } from "../solve/algebra.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import { adamStep, type Moments, noMoments } from "./loss/adam.ts";
import { readLosses } from "./loss/read.ts";
import type { View, Weighting } from "./weighting.ts";

export interface FamoOptions {
  /** Adam's step size for ξ. Default 0.025, the paper's. */
  learningRate?: number;
  /** Weight decay γ of ξ. Default 0.01, of the authors' class; LibMTL takes 0.001. */
  weightDecay?: number;
  /** Lower bounds of the losses, one a task. Default 0 for all. */
  minLosses?: readonly number[] | null;
  /** "mean": weights sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/** xi: the learned logits; before: log D of the step whose update is not yet observed. */
export interface FamoState extends Moments {
  xi: number[];
  before: number[] | null;
}

/**
 * Fast adaptive multitask optimisation: lets all losses fall at the same rate, by looking at how much each fell in the last step.
 * w_k = z_k / (D_k c) with z = softmax(ξ), D_k = L_k − b_k + 1e-8 and c = Σ_j z_j / D_j; after the update, ξ takes an Adam step down
 * Jᵀδ + γξ, δ_k = log D_k − log D_k', J the Jacobian of the softmax, D' from the new losses of the same batch.
 *
 * b_k: lower bound of loss k. A loss below its bound counts as the bound. The weights sum to T. A step whose new losses are not all
 * finite teaches nothing. Cost: one backward pass, a forward pass before it and one on the same batch after the update.
 *
 * Paper: Liu, Feng, Stone and Liu, "FAMO: Fast Adaptive Multitask Optimization", NeurIPS 2023, https://arxiv.org/abs/2306.03792.
 * Difference: the factor T, and the gradient of the trunk is not clipped here (the authors clip it to length 1).
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed, a negative step size or decay, or bounds that are not one
 * number a task; `non-finite` for a loss that is NaN or infinite.
 */
export const famo = ({
  learningRate = 0.025,
  weightDecay = 0.01,
  minLosses = null,
  scale = "sum",
}: FamoOptions = {}): Weighting<FamoState> => {
  oneOf(scale, "scale", scales);
  inRange(learningRate, "learningRate", 0);
  inRange(weightDecay, "weightDecay", 0);
  const bounds = minLosses?.map((bound) => inRange(bound, "minLosses", -Number.MAX_VALUE, Number.MAX_VALUE));
  const above = ({ losses }: View): number[] =>
    losses.map((loss, k) => Math.max(0, loss - (bounds?.[k] ?? 0)) + 1e-8);
  return {
    name: "famo",
    paper: {
      title: "FAMO: Fast Adaptive Multitask Optimization",
      venue: "NeurIPS",
      year: 2023,
      url: "https://arxiv.org/abs/2306.03792",
    },
    verified: "reference",
    atRepresentation: true,
    observes: "after",
    needs: () => "losses",
    init(tasks) {
      if (bounds !== undefined) inRange(bounds.length, "the number of minLosses", tasks, tasks);
      return { xi: Array.from({ length: tasks }, () => 0), before: null, ...noMoments(tasks) };
    },
    weigh(view, state) {
      readLosses(view, "famo");
      const distances = above(view);
      const parts = softmax(state.xi).map((z, k) => z / distances[k]!);
      const total = sum(parts);
      return {
        weights: toScale(
          parts.map((part) => part / total),
          scale,
        ),
        state: { ...state, before: distances.map(Math.log) },
      };
    },
    observe(view, { xi, before, ...moments }) {
      if (before === null || !view.losses.every(Number.isFinite)) return { xi, before: null, ...moments };
      const fall = above(view).map((distance, k) => before[k]! - Math.log(distance));
      const z = softmax(xi);
      const mean = dot(z, fall);
      const gradient = xi.map((value, k) => z[k]! * (fall[k]! - mean) + weightDecay * value);
      const { change, ...next } = adamStep(gradient, moments, learningRate);
      return { xi: xi.map((value, k) => value + change[k]!), before: null, ...next };
    },
  };
};
