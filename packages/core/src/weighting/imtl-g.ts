import { dot, sum } from "../solve/algebra.ts";
import { oneOf } from "./gram/check.ts";
import { equiangular, type Inverse } from "./gram/equiangular.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface ImtlGOptions {
  /** "mean": weights sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
  /** Pseudo-inverse taken where gradients are dependent. Default "cosines", ours, which no length enters; "gram" is TorchJD's. */
  inverse?: Inverse;
}

/**
 * Impartial learning, the gradient half: the weights w, Σ_k w_k = 1, whose direction d = Σ_k w_k g_k has equal projections on all unit
 * gradients, ⟨d, g_k⟩/‖g_k‖ the same for every k. With C the cosines and D the lengths, w ∝ D⁻¹C⁺1.
 *
 * Weights may be negative, and huge where gradients are nearly dependent. Where the gradients cancel or the sum vanishes no answer exists
 * and everyone gets the same weight. Tasks without a gradient get 0. Cost: T backward passes.
 *
 * Paper: Liu, Li, Kuang, Xue, Chen, Yang, Liao and Zhang, "Towards Impartial Multi-task Learning", ICLR 2021,
 * https://openreview.net/forum?id=IMPnRXEWpvr. Difference: dependent gradients go through a pseudo-inverse; the paper has none.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed.
 */
export const imtlG = ({ scale = "sum", inverse = "cosines" }: ImtlGOptions = {}): Weighting<null> => {
  oneOf(scale, "scale", scales);
  oneOf(inverse, "inverse", ["cosines", "gram"]);
  return {
    name: "imtl-g",
    paper: {
      title: "Towards Impartial Multi-task Learning",
      venue: "ICLR",
      year: 2021,
      url: "https://openreview.net/forum?id=IMPnRXEWpvr",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "imtl-g"), (gram) => {
        const found = equiangular(gram, inverse) ?? gram.map(() => 0);
        const total = sum(found);
        const sound = Math.abs(total) > 1e-10 * Math.sqrt(dot(found, found));
        return toScale(
          found.map((value) => (sound ? value / total : 1 / found.length)),
          scale,
        );
      });
      return { weights, state };
    },
  };
};
