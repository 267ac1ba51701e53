import { projectConflicts } from "./gram/project-conflicts.ts";
import { readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface PcgradOptions {
  /** Project only the auxiliaries, and only against the primary: w_p = 1 − Σ_{k: q_k < 0} q_k / ‖g_p‖², q_k = ⟨g_p, g_k⟩. Default false. */
  primaryOnly?: boolean;
}

/**
 * Gradient surgery: from each g_i the component that opposes g_j is removed, for every other task j in random order, and the
 * results are added: if ⟨g_i', g_j⟩ < 0 then g_i' ← g_i' − ⟨g_i', g_j⟩/‖g_j‖² g_j. The sum is Σ_k w_k g_k with weights that follow
 * from the Gram matrix alone.
 *
 * Weights are at least 1 and grow with conflict, so they do not sum to T. With more than two tasks the result depends on the drawn
 * orders. Cost: T backward passes.
 *
 * Paper: Yu, Kumar, Gupta, Levine, Hausman and Finn, "Gradient Surgery for Multi-Task Learning", NeurIPS 2020,
 * https://arxiv.org/abs/2001.06782. `primaryOnly` is the variant of the ForkMerge authors' code (thuml/ForkMerge, PriPCGrad).
 * Difference: heads are scaled by the same weights, where the paper updates them with their own gradients.
 */
export const pcgrad = ({ primaryOnly = false }: PcgradOptions = {}): Weighting<null> => {
  const name = primaryOnly ? "pcgrad (primary only)" : "pcgrad";
  return {
    name,
    paper: {
      title: "Gradient Surgery for Multi-Task Learning",
      venue: "NeurIPS",
      year: 2020,
      url: "https://arxiv.org/abs/2001.06782",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state, random) {
      const gram = readGram(view, name);
      const orders = gram.map((_, i) => {
        if (primaryOnly) return i === view.primary ? [] : [view.primary];
        return random.permutation(gram.length);
      });
      return { weights: projectConflicts(gram, orders), state };
    },
  };
};
