import { squareNorm, sum, times } from "../solve/algebra.ts";
import { equiangular } from "./gram/equiangular.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

/**
 * ConFIG: the direction that makes the same angle with every gradient, as long as the gradients' projections on it together.
 * u ∝ Σ_k x_k g_k with x = D⁻¹C⁺1 (C the cosines, D the lengths), ‖u‖ = 1, and d = (Σ_k ⟨g_k, u⟩) u.
 *
 * Where the gradients cancel no such direction exists and all weights are 0. Tasks without a gradient get 0. The weights sum to no fixed
 * number. Cost: T backward passes.
 *
 * Paper: Liu, Chu and Thuerey, "ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks", ICLR 2025,
 * https://arxiv.org/abs/2408.11104. Difference from the authors' code: from the Gram matrix, without the gradients.
 */
export const conFig = (): Weighting<null> => ({
  name: "config",
  paper: {
    title: "ConFIG: Towards Conflict-free Training of Physics Informed Neural Networks",
    venue: "ICLR",
    year: 2025,
    url: "https://arxiv.org/abs/2408.11104",
  },
  verified: "reference",
  needs: () => "gram",
  init: () => null,
  weigh(view, state) {
    const weights = overNonzero(readGram(view, "config"), (gram) => {
      const x = equiangular(gram);
      if (x === null) return gram.map(() => 0);
      const length = sum(times(gram, x)) / squareNorm(gram, x);
      return x.map((value) => value * length);
    });
    return { weights, state };
  },
});
