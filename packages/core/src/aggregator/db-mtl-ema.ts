import { combine, norm, rowsOf } from "../solve/rows.ts";
import { inRange } from "../weighting/gram/check.ts";
import { type Aggregator, parametersOf } from "./aggregator.ts";

export interface DbMtlEmaOptions {
  /** How much of the running gradients stays, β. Default 0.9, LibMTL's. */
  beta?: number;
  /** β at step t = 1, 2, … is β / t^betaDecay. Default 0, LibMTL's. */
  betaDecay?: number;
}

/**
 * Dual-balancing: gradients of the logarithms of the losses, averaged over steps and scaled to the length of the longest. With
 * h_k = g_k/(L_k + 1e-8) and m_k ← h_k + β_t (m_k − h_k), m = 0 at first: d = Σ_k m_k max_j ‖m_j‖ / (‖m_k‖ + 1e-8).
 *
 * Without the average it is the weighting rule `dbMtl`, which needs a Gram matrix only. The head of task k gets 1/(L_k + 1e-8) times its
 * gradient, that of the logarithm. Cost: T backward passes, T × P numbers on the host and T × P remembered.
 *
 * Paper: Lin et al., "Dual-Balancing for Multi-Task Learning", 2023, https://arxiv.org/abs/2308.12029. As in LibMTL, whose authors are
 * the paper's. A loss below 0 has no logarithm and counts as 0.
 *
 * @throws OutriggerError `bad-option` for a β outside [0, 1), or a decay that is negative.
 */
export const dbMtlEma = ({ beta = 0.9, betaDecay = 0 }: DbMtlEmaOptions = {}): Aggregator<{ t: number }> => {
  inRange(beta, "beta", 0, 1 - Number.EPSILON);
  inRange(betaDecay, "betaDecay", 0, Number.MAX_VALUE);
  return {
    name: "db-mtl (EMA)",
    paper: {
      title: "Dual-Balancing for Multi-Task Learning",
      venue: "arXiv",
      year: 2023,
      url: "https://arxiv.org/abs/2308.12029",
    },
    verified: "own reading",
    init: () => ({ t: 0 }),
    memory: (shape) => ({ means: shape.tasks * parametersOf(shape) }),
    aggregate({ gradients, losses, direction, memory }, state) {
      const t = state.t + 1;
      const means = rowsOf(memory.means!, gradients.length);
      const keep = beta / t ** betaDecay;
      const heads = losses.map((loss) => 1 / (Math.max(loss, 0) + 1e-8));
      for (const [k, row] of gradients.entries()) {
        const mean = means[k]!;
        for (let i = 0; i < row.length; i++) {
          const value = heads[k]! * row[i]!;
          mean[i] = value + keep * (mean[i]! - value);
        }
      }
      const lengths = means.map(norm);
      const longest = Math.max(...lengths);
      const weights = lengths.map((length) => longest / (length + 1e-8));
      combine(means, weights, direction);
      return { state: { t }, weights, heads };
    },
  };
};
