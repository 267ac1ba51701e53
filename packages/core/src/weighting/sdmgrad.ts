import { times } from "../solve/algebra.ts";
import { simplexQp } from "../solve/simplex-qp.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { semidefinite } from "./gram/cross.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram, readGramOther } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface SdmgradOptions {
  /** λ: how strongly the direction is drawn to the mean gradient. Default 0.3, of the authors' experiments (0.6 in their class). */
  lambda?: number;
  /** "mean": weights sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Direction-oriented multi-objective descent: the smallest-norm combination, regularised towards the mean gradient, from the gradients
 * of two independent batches. x = argmin over the simplex of ½ xᵀSx + λ xᵀSb, b_k = 1/T; w = (x + λb)/(1 + λ). S = ½(C + Cᵀ),
 * C_ij = ⟨g_i, g'_j⟩ with g' of the second batch, the unbiased estimate of the inner products of the expected gradients.
 *
 * Solved exactly. An S that is not positive semi-definite, as two noisy batches may give, is replaced by its semi-definite part, with
 * gradients measured in their own lengths. Tasks without a gradient get 0 and do not count in b. Cost: T backward passes on
 * each of two batches.
 *
 * Paper: Xiao, Ban and Ji, "Direction-oriented Multi-objective Learning: Simple and Provable Stochastic Algorithms", NeurIPS 2023,
 * https://arxiv.org/abs/2305.18409. Differences from the authors' code: an exact active set in the place of 20 steps of SGD with the
 * unsymmetric C, whose step size exceeds what is stable; the two batches are different ones, where its three matrices are one; the
 * direction is taken on the first batch, not on a third.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const sdmgrad = ({ lambda = 0.3, scale = "sum" }: SdmgradOptions = {}): Weighting<null> => {
  oneOf(scale, "scale", scales);
  inRange(lambda, "lambda", 0, 1e6);
  return {
    name: "sdmgrad",
    paper: {
      title: "Direction-oriented Multi-objective Learning: Simple and Provable Stochastic Algorithms",
      venue: "NeurIPS",
      year: 2023,
      url: "https://arxiv.org/abs/2305.18409",
    },
    verified: "reference",
    needs: () => "gram+other",
    init: () => null,
    weigh(view, state) {
      const cross = readGramOther(view, "sdmgrad");
      const weights = overNonzero(readGram(view, "sdmgrad"), (gram, tasks) => {
        const matrix = semidefinite(
          tasks.map((i) => tasks.map((j) => cross[i]![j]! / 2 + cross[j]![i]! / 2)),
          gram.map((row, k) => Math.sqrt(row[k]!)),
        );
        const share = 1 / tasks.length;
        const linear = times(
          matrix,
          tasks.map(() => lambda * share),
        );
        const x = simplexQp(matrix, linear);
        return toScale(
          x.map((value) => (value + lambda * share) / (1 + lambda)),
          scale,
        );
      });
      return { weights, state };
    },
  };
};
