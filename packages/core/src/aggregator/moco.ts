import { softmax } from "../solve/algebra.ts";
import { combine, norm, rowsOf } from "../solve/rows.ts";
import { inRange } from "../weighting/gram/check.ts";
import { type Aggregator, parametersOf } from "./aggregator.ts";

export interface MocoOptions {
  /** Step of the gradients' running estimates, β. Default 0.5, LibMTL's. */
  beta?: number;
  /** β at step t = 1, 2, … is β / t^betaDecay. Default 0.5, LibMTL's. */
  betaDecay?: number;
  /** Step of the weights, γ. Default 0.1, LibMTL's. */
  gamma?: number;
  /** γ at step t is γ / t^gammaDecay. Default 0.5, LibMTL's. */
  gammaDecay?: number;
  /** ℓ2 regularisation of the weights, ρ. Default 0, LibMTL's. */
  rho?: number;
}

/** Steps taken, and the weights, which add up to 1. */
export interface MocoState {
  t: number;
  weights: number[];
}

/**
 * MoCo: running estimates of the gradients correct the bias of batches, y_k ← y_k − β_t (y_k − L_k g_k/(‖g_k‖ + 1e-8)), and the weights
 * follow their min-norm point by λ ← softmax(λ − γ_t (YYᵀ + ρI) λ); d = Σ_k λ_k y_k, with y = 0 and λ = 1/T at first.
 *
 * λ adds up to 1, as in the paper, so a step is about a T-th of uniform's. Heads get their own gradients. Cost: T backward passes, T × P
 * numbers on the host and T × P remembered, T² P multiplications.
 *
 * Paper: Fernando et al., "Mitigating Gradient Bias in Multi-objective Learning: A Provably Convergent Approach", ICLR 2023,
 * https://openreview.net/forum?id=dLAYGdKTi2. As in LibMTL, which has the scaling of gradients and the softmax from the authors' code;
 * the paper projects onto the simplex and scales nothing.
 *
 * @throws OutriggerError `bad-option` for an option that is negative or not finite.
 */
export const moco = (options: MocoOptions = {}): Aggregator<MocoState> => {
  const { beta = 0.5, betaDecay = 0.5, gamma = 0.1, gammaDecay = 0.5, rho = 0 } = options;
  for (const [name, value] of Object.entries({ beta, betaDecay, gamma, gammaDecay, rho })) {
    inRange(value, name, 0, Number.MAX_VALUE);
  }
  return {
    name: "moco",
    paper: {
      title: "Mitigating Gradient Bias in Multi-objective Learning: A Provably Convergent Approach",
      venue: "ICLR",
      year: 2023,
      url: "https://openreview.net/forum?id=dLAYGdKTi2",
    },
    verified: "own reading",
    init: ({ tasks }) => ({ t: 0, weights: Array.from({ length: tasks }, () => 1 / tasks) }),
    memory: (shape) => ({ estimates: shape.tasks * parametersOf(shape) }),
    aggregate({ gradients, losses, direction, memory }, state) {
      const t = state.t + 1;
      const estimates = rowsOf(memory.estimates!, gradients.length);
      const step = beta / t ** betaDecay;
      for (const [k, row] of gradients.entries()) {
        const scale = losses[k]! / (norm(row) + 1e-8);
        const estimate = estimates[k]!;
        for (let i = 0; i < row.length; i++) estimate[i]! -= step * (estimate[i]! - scale * row[i]!);
      }
      // YYᵀλ needs no Gram matrix: it is Y times the combination under the old weights.
      combine(estimates, state.weights, direction);
      const slope = estimates.map((row, k) => inner(row, direction) + rho * state.weights[k]!);
      const rate = gamma / t ** gammaDecay;
      const weights = softmax(state.weights.map((weight, k) => weight - rate * slope[k]!));
      combine(estimates, weights, direction);
      return { state: { t, weights }, weights: [...weights] };
    },
  };
};

function inner(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
