import { inRange, oneOf } from "./gram/check.ts";
import { projectIntoDualCone, regularized } from "./gram/dual-cone.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface DualProjOptions {
  /** ε, added to the diagonal of G/trace(G). Default 1e-4, TorchJD's. */
  epsilon?: number;
  /** "mean": the projected mean gradient. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Projects the mean gradient onto the cone of directions that oppose no gradient, as gradient episodic memory does with past
 * tasks: w = argmin { vᵀMv : v ≥ 1/T }, M = G/trace(G) + ε·1, G_ij = ⟨g_i, g_j⟩.
 *
 * Without conflict it is the plain sum. Tasks without a gradient get 0. Cost: T backward passes.
 *
 * Paper: Lopez-Paz and Ranzato, "Gradient Episodic Memory for Continual Learning", NeurIPS 2017, https://arxiv.org/abs/1706.08840.
 * Difference: all tasks are present, none is remembered; ε after TorchJD.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const dualProj = ({ epsilon = 1e-4, scale = "sum" }: DualProjOptions = {}): Weighting<null> => {
  oneOf(scale, "scale", scales);
  inRange(epsilon, "epsilon", 0, 1);
  return {
    name: "dual-proj",
    paper: {
      title: "Gradient Episodic Memory for Continual Learning",
      venue: "NeurIPS",
      year: 2017,
      url: "https://arxiv.org/abs/1706.08840",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "dual-proj"), (gram) =>
        toScale(
          projectIntoDualCone(
            regularized(gram, epsilon),
            gram.map(() => 1 / gram.length),
          ),
          scale,
        ),
      );
      return { weights, state };
    },
  };
};
