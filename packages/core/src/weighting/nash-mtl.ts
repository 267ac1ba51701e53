import { squareNorm } from "../solve/algebra.ts";
import { bargain } from "./gram/bargain.ts";
import { inRange } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface NashMtlOptions {
  /**
   * Largest length of the direction, with weights for G/‖G‖_F as in the authors' code. Default 1, theirs. null: the solution for G itself,
   * whose direction has the length √T whatever the gradients' lengths.
   */
  maxNorm?: number | null;
}

/**
 * Treats the tasks as players who bargain for a direction: α > 0 with Gα = 1/α element by element, the only maximum of
 * Σ_k log ⟨g_k, Σ_j α_j g_j⟩ over directions of a given length; G_ij = ⟨g_i, g_j⟩.
 *
 * α is the minimiser of ½ αᵀGα − Σ_k log α_k, found by Newton's method. α_k shrinks as 1/‖g_k‖, so heads of tasks with long gradients
 * learn slowly; weights become huge where the gradients nearly cancel. Tasks without a gradient get 0. Cost: T backward
 * passes; the authors also ask only on every n-th step: `every(n, nashMtl())`.
 *
 * Paper: Navon, Shamsian, Achituve, Maron, Kawaguchi, Chechik and Fetaya, "Multi-Task Learning as a Bargaining Game", ICML 2022,
 * https://arxiv.org/abs/2202.01017. Differences from the authors' code: no cvxpy, and so no silent return to equal weights where
 * its solver is missing; the limit holds for the trunk's direction.
 */
export const nashMtl = ({ maxNorm = 1 }: NashMtlOptions = {}): Weighting<null> => {
  if (maxNorm !== null) inRange(maxNorm, "maxNorm", Number.MIN_VALUE, Number.MAX_VALUE);
  return {
    name: "nash-mtl",
    paper: {
      title: "Multi-Task Learning as a Bargaining Game",
      venue: "ICML",
      year: 2022,
      url: "https://arxiv.org/abs/2202.01017",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "nash-mtl"), (gram) => {
        const alpha = bargain(
          gram,
          gram.map(() => 1),
          1,
        );
        if (maxNorm === null) return alpha;
        const frobenius = Math.sqrt(Math.hypot(...gram.flat()));
        const length = frobenius * Math.sqrt(squareNorm(gram, alpha));
        const shorten = length > maxNorm ? maxNorm / length : 1;
        return alpha.map((value) => value * frobenius * shorten);
      });
      return { weights, state };
    },
  };
};
