import { inRange, oneOf } from "./gram/check.ts";
import { projectIntoDualCone, regularized } from "./gram/dual-cone.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface UpgradOptions {
  /** ε, added to the diagonal of G/trace(G); without it dependent gradients have several answers. Default 1e-4, TorchJD's. */
  epsilon?: number;
  /** "mean": of the projected gradients, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Unconflicting projection of gradients: each gradient is projected onto the cone of directions that oppose no gradient, and the
 * projections are averaged. w = Σ_i argmin { vᵀMv : v ≥ e_i/T }, M = G/trace(G) + ε·1.
 *
 * Solved exactly as T non-negative least-squares problems. Without conflict it is the plain sum. Tasks without a gradient get
 * 0. Cost: T backward passes.
 *
 * Paper: Quinton and Rey, "Jacobian Descent for Multi-Objective Optimization", 2024, https://arxiv.org/abs/2406.16232. Difference from
 * TorchJD: G is scaled at every length, where theirs becomes 0 if trace(G) < 1e-4.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const upgrad = ({ epsilon = 1e-4, scale = "sum" }: UpgradOptions = {}): Weighting<null> => {
  oneOf(scale, "scale", scales);
  inRange(epsilon, "epsilon", 0, 1);
  return {
    name: "upgrad",
    paper: {
      title: "Jacobian Descent for Multi-Objective Optimization",
      venue: "arXiv",
      year: 2024,
      url: "https://arxiv.org/abs/2406.16232",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "upgrad"), (gram) => {
        const matrix = regularized(gram, epsilon);
        const total = gram.map(() => 0);
        for (const i of gram.keys()) {
          const corner = gram.map((_, k) => (k === i ? 1 / gram.length : 0));
          for (const [k, value] of projectIntoDualCone(matrix, corner).entries()) total[k]! += value;
        }
        return toScale(total, scale);
      });
      return { weights, state };
    },
  };
};
