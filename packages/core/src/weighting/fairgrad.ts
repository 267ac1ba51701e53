import { bargain } from "./gram/bargain.ts";
import { inRange } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface FairgradOptions {
  /** Fairness, in [0.1, 20]: 1 is proportional fairness (Nash-MTL), greater values approach max-min fairness. Default 1. */
  alpha?: number;
}

/**
 * Chooses the direction that is α-fair in how fast the losses fall: w > 0 with (Gw)_k = w_k^(−1/α), G_ij = ⟨g_i, g_j⟩.
 *
 * w minimises ½ wᵀGw − Σ_k φ(w_k), φ' = x^(−1/α), found by Newton's method. The weights sum to no fixed number. Tasks without a
 * gradient get 0. Cost: T backward passes.
 *
 * Paper: Ban and Ji, "Fair Resource Allocation in Multi-Task Learning", ICML 2024, https://arxiv.org/abs/2402.15638. Difference from
 * the authors' code: the equation is solved exactly, where it stops a least-squares solver early.
 */
export const fairgrad = ({ alpha = 1 }: FairgradOptions = {}): Weighting<null> => {
  inRange(alpha, "alpha", 0.1, 20);
  return {
    name: "fairgrad",
    paper: {
      title: "Fair Resource Allocation in Multi-Task Learning",
      venue: "ICML",
      year: 2024,
      url: "https://arxiv.org/abs/2402.15638",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "fairgrad"), (gram) =>
        bargain(
          gram,
          gram.map(() => 1),
          1 / alpha,
        ),
      );
      return { weights, state };
    },
  };
};
