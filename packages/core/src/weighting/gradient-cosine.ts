import { inRange } from "./gram/check.ts";
import { cosine, readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface GradientCosineOptions {
  /** Weigh an auxiliary by max(0, cosine) instead of switching it on or off. Default false. */
  weighted?: boolean;
  /** Cosine above which an auxiliary counts. Default 0. */
  threshold?: number;
}

/**
 * Uses an auxiliary only where its gradient agrees with the primary's: w_k = 1 if c_k > threshold, else 0; `weighted`: w_k = c_k
 * above the threshold, else 0. c_k = ⟨g_p, g_k⟩ / (‖g_p‖ ‖g_k‖), p the primary, which has weight 1; c_k = 0 where a gradient is 0.
 *
 * The weights do not sum to T, as in the paper. Cost: T backward passes.
 *
 * Paper: Du, Czarnecki, Jayakumar, Farajtabar, Pascanu and Lakshminarayanan, "Adapting Auxiliary Losses Using Gradient Similarity",
 * NeurIPS 2018 Continual Learning Workshop, https://arxiv.org/abs/1812.02224. Both forms and the threshold 0 are the paper's;
 * an exactly orthogonal auxiliary is switched off here.
 */
export const gradientCosine = ({
  weighted = false,
  threshold = 0,
}: GradientCosineOptions = {}): Weighting<null> => {
  inRange(threshold, "threshold", -1, 1);
  const name = weighted ? "gradient-cosine (weighted)" : "gradient-cosine";
  return {
    name,
    paper: {
      title: "Adapting Auxiliary Losses Using Gradient Similarity",
      venue: "NeurIPS 2018 Continual Learning Workshop",
      year: 2018,
      url: "https://arxiv.org/abs/1812.02224",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const gram = readGram(view, name);
      const weights = gram.map((_, k) => {
        if (k === view.primary) return 1;
        const similarity = cosine(gram, view.primary, k);
        if (similarity <= threshold) return 0;
        return weighted ? Math.max(0, similarity) : 1;
      });
      return { weights, state };
    },
  };
};
