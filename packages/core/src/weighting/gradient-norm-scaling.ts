import { cosine, readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface GradientNormScalingOptions {
  /** GCS+GNS: w_k = max(0, cos(g_p, g_k) ‖g_p‖/‖g_k‖), which drops opposed auxiliaries and has no upper limit. Default false. */
  cosine?: boolean;
}

/**
 * Shortens auxiliary gradients to the length of the primary's: w_k = min(1, ‖g_p‖/‖g_k‖) (GNS), p the primary, which has weight 1. With
 * `cosine`: w_k = max(0, ⟨g_p, g_k⟩/‖g_k‖²) (GCS+GNS).
 *
 * A zero gradient gets 1 (GNS) or 0 (GCS+GNS). The weights sum to no fixed number. Cost: T backward passes.
 *
 * Paper: Dey and Ning, "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation", Journal of
 * Cheminformatics, 2024, https://arxiv.org/abs/2401.16299. GCS+GNS is in the authors' code only (vishaldeyiiest/GraphTA).
 */
export const gradientNormScaling = ({
  cosine: aligned = false,
}: GradientNormScalingOptions = {}): Weighting<null> => {
  const name = aligned ? "gcs+gns" : "gns";
  return {
    name,
    paper: {
      title: "Enhancing Molecular Property Prediction with Auxiliary Learning and Task-Specific Adaptation",
      venue: "Journal of Cheminformatics",
      year: 2024,
      url: "https://arxiv.org/abs/2401.16299",
    },
    verified: "own reading",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const gram = readGram(view, name);
      const own = gram[view.primary]![view.primary]!;
      const weights = gram.map((row, k) => {
        if (k === view.primary) return 1;
        const ratio = row[k]! > 0 ? Math.sqrt(own / row[k]!) : 1;
        return aligned ? Math.max(0, cosine(gram, view.primary, k) * ratio) : Math.min(1, ratio);
      });
      return { weights, state };
    },
  };
};
