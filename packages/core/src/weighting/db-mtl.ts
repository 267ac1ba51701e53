import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { positive, readLosses } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

/**
 * Dual-balancing: takes the gradients of the logarithms of the losses, h_k = g_k/L_k, and scales them to the length of the longest.
 * w_k = max_j ‖h_j‖ / (‖h_k‖ L_k) = max_j(‖g_j‖/L_j) / ‖g_k‖.
 *
 * All weighted gradients are of one length. The weights sum to no fixed number; losses below 1e-8 count as 1e-8; tasks without a gradient
 * get 0. Cost: T backward passes.
 *
 * Paper: Lin et al., "Dual-Balancing for Multi-Task Learning", 2023, https://arxiv.org/abs/2308.12029. Without the paper's running mean of
 * the gradients, which the aggregator `dbMtlEma` has. Heads get w_k where LibMTL gives them 1/L_k; the lengths have no ε added.
 *
 * @throws OutriggerError `non-finite` for a loss or an inner product that is NaN or infinite.
 */
export const dbMtl = (): Weighting<null> => ({
  name: "db-mtl",
  paper: {
    title: "Dual-Balancing for Multi-Task Learning",
    venue: "arXiv",
    year: 2023,
    url: "https://arxiv.org/abs/2308.12029",
  },
  verified: "own reading",
  needs: () => "gram",
  init: () => null,
  weigh(view, state) {
    const losses = positive(readLosses(view, "db-mtl"));
    const weights = overNonzero(readGram(view, "db-mtl"), (gram, tasks) => {
      const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
      const longest = Math.max(...lengths.map((length, place) => length / losses[tasks[place]!]!));
      return lengths.map((length) => longest / length);
    });
    return { weights, state };
  },
});
