import { minNormPoint } from "../solve/min-norm-point.ts";
import { oneOf } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import { readLosses } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

export interface MgdaOptions {
  /** What each gradient is divided by first, n_k: 1, its length, its loss, or both. Default "none". */
  normalize?: "none" | "l2" | "loss" | "loss+";
  /** "mean": weights before division sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * The multiple-gradient descent algorithm: the combination that lowers all losses at once as fast as the slowest can be lowered,
 * w = argmin ‖Σ_k x_k g_k/n_k‖² over x ≥ 0, Σ_k x_k = 1, and w_k = x_k/n_k. n_k: see `normalize`.
 *
 * Solved exactly. Tasks without a gradient get 0. Short gradients get most of the weight: with "none" a task that is nearly solved
 * holds the others back. Cost: T backward passes.
 *
 * Papers: Désidéri, "Multiple-gradient descent algorithm (MGDA) for multiobjective optimization", Comptes Rendus Mathématique, 2012,
 * https://doi.org/10.1016/j.crma.2012.03.014; Sener and Koltun, "Multi-Task Learning as Multi-Objective Optimization", NeurIPS
 * 2018, https://arxiv.org/abs/1810.04650. Differences from LibMTL: no early stop, no clipping of weights to [0.001, 0.999]; a loss
 * that is not positive counts as 1e-12.
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed.
 */
export const mgda = ({ normalize = "none", scale = "sum" }: MgdaOptions = {}): Weighting<null> => {
  oneOf(normalize, "normalize", ["none", "l2", "loss", "loss+"]);
  oneOf(scale, "scale", scales);
  const name = normalize === "none" ? "mgda" : `mgda (${normalize})`;
  return {
    name,
    paper: {
      title: "Multi-Task Learning as Multi-Objective Optimization",
      venue: "NeurIPS",
      year: 2018,
      url: "https://arxiv.org/abs/1810.04650",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const losses = normalize.startsWith("loss") ? readLosses(view, name) : null;
      const weights = overNonzero(readGram(view, name), (gram, tasks) => {
        const unit = tasks.map((k, place) => {
          const length = normalize === "l2" || normalize === "loss+" ? Math.sqrt(gram[place]![place]!) : 1;
          return length * (losses === null ? 1 : Math.max(losses[k]!, 1e-12));
        });
        const point = minNormPoint(gram.map((row, i) => row.map((value, j) => value / unit[i]! / unit[j]!)));
        return toScale(
          point.map((value, place) => value / unit[place]!),
          scale,
        );
      });
      return { weights, state };
    },
  };
};
