import { sum } from "../solve/algebra.ts";
import { balance, type Unit } from "./gram/balance.ts";
import { oneOf } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface AlignedMtlOptions {
  /** λ_s: the smallest ("min"), the lower median ("median") or the mean ("rmse") of the eigenvalues. Default "min", the authors'. */
  unit?: Unit;
  /** "mean": preferences 1/T. Default "sum": preferences 1, the authors'. */
  scale?: Scale;
}

/**
 * Replaces the gradients by the orthogonal vectors of equal length nearest to them, and adds those up: G = VΛVᵀ, w = √λ_s V Λ^(−1/2) Vᵀ 1
 * over the eigenvalues above T · 1.2e-7 · λ_max.
 *
 * G_ij = ⟨g_i, g_j⟩. Tasks without a gradient get 0. Cost: T backward passes.
 *
 * Paper: Senushkin, Patakin, Kuznetsov and Konushin, "Independent Component Alignment for Multi-Task Learning", CVPR 2023,
 * https://arxiv.org/abs/2305.19000. Difference: the threshold of the rank is the authors' for single precision also
 * here, where G is in double; TorchJD's depends on the type.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed.
 */
export const alignedMtl = ({ unit = "min", scale = "sum" }: AlignedMtlOptions = {}): Weighting<null> => {
  oneOf(unit, "unit", ["min", "median", "rmse"]);
  oneOf(scale, "scale", scales);
  return {
    name: unit === "min" ? "aligned-mtl" : `aligned-mtl (${unit})`,
    paper: {
      title: "Independent Component Alignment for Multi-Task Learning",
      venue: "CVPR",
      year: 2023,
      url: "https://arxiv.org/abs/2305.19000",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "aligned-mtl"), (gram) =>
        toScale(
          balance(gram, unit).map((row) => sum(row) / gram.length),
          scale,
        ),
      );
      return { weights, state };
    },
  };
};
