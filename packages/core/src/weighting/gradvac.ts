import { inRange } from "./gram/check.ts";
import { readGram } from "./gram/read.ts";
import { vaccinate } from "./gram/vaccinate.ts";
import type { Weighting } from "./weighting.ts";

export interface GradvacOptions {
  /** β, share of the newest cosine in the running targets, in [0, 1]. Default 0.5, LibMTL's; 0.01 is recalled for the paper. */
  beta?: number;
  /** ε, added to both denominators. Default 0; TorchJD and LibMTL's repository have 1e-8, LibMTL's package 0. */
  epsilon?: number;
}

/**
 * Gradient vaccine: raises the cosine of each pair of gradients to its running mean, where `pcgrad` raises it to 0. For every i, and
 * every j ≠ i in random order, with c = cos(g_i', g_j) and the target ρ_ij (0 at first): if c < ρ_ij then
 * g_i' ← g_i' + ‖g_i'‖/‖g_j‖ (ρ √(1 − c²)/√(1 − ρ²) − c) g_j; ρ_ij ← (1 − β) ρ_ij + β c. The g_i' are added.
 *
 * One Gram matrix of the whole trunk; the paper also measures layer by layer. The weights do not sum to T. Cost: T backward passes.
 *
 * Paper: Wang, Tsvetkov, Firat and Cao, "Gradient Vaccine: Investigating and Improving Multi-task Optimization in Massively
 * Multilingual Models", ICLR 2021, https://arxiv.org/abs/2010.05874. Difference from LibMTL: ρ is kept below 1 − 1e-9 where it is
 * divided by.
 */
export const gradvac = ({
  beta = 0.5,
  epsilon = 0,
}: GradvacOptions = {}): Weighting<{ targets: number[][] }> => {
  inRange(beta, "beta", 0, 1);
  inRange(epsilon, "epsilon", 0, 1);
  return {
    name: "gradvac",
    paper: {
      title:
        "Gradient Vaccine: Investigating and Improving Multi-task Optimization in Massively Multilingual Models",
      venue: "ICLR",
      year: 2021,
      url: "https://arxiv.org/abs/2010.05874",
    },
    verified: "reference",
    needs: () => "gram",
    init: (tasks) => ({
      targets: Array.from({ length: tasks }, () => Array.from({ length: tasks }, () => 0)),
    }),
    weigh(view, state, random) {
      const gram = readGram(view, "gradvac");
      const orders = gram.map(() => random.permutation(gram.length));
      const { weights, targets } = vaccinate(gram, orders, state.targets, beta, epsilon);
      return { weights, state: { targets } };
    },
  };
};
