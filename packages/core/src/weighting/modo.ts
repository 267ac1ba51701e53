import { times } from "../solve/algebra.ts";
import { projectOntoSimplex } from "../solve/simplex-projection.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { readGramOther } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface ModoOptions {
  /** γ, step size of the weights, in the inverse unit of a squared gradient. Default 0.1, TorchJD's. */
  learningRate?: number;
  /** ρ ≥ 0, pull towards equal weights. Default 0.1, TorchJD's. */
  rho?: number;
  /** "mean": weights sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Multi-objective descent with double sampling: one step a batch towards the smallest-norm combination, with the gradients of two
 * independent batches. λ ← Π(λ − γ (Cλ + ρλ)), C_ij = ⟨g_i, g'_j⟩ with g' of the second batch, Π the projection onto the simplex,
 * λ_k = 1/T at first; w = λ.
 *
 * γ is not relative to the gradients: where γ‖g‖² is much above 1 the weights jump between single tasks. Cost: T backward
 * passes on each of two batches.
 *
 * Paper: Chen, Fernando, Ying and Chen, "Three-Way Trade-Off in Multi-Objective Learning: Optimization, Generalization and
 * Conflict-Avoidance", JMLR 2024, https://www.jmlr.org/papers/volume25/23-1287/23-1287.pdf. Difference: the model's step is
 * taken on the first batch, where the paper takes the mean of both or a third.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const modo = ({
  learningRate = 0.1,
  rho = 0.1,
  scale = "sum",
}: ModoOptions = {}): Weighting<{
  lambda: number[];
}> => {
  oneOf(scale, "scale", scales);
  inRange(learningRate, "learningRate", 0, 1e6);
  inRange(rho, "rho", 0, 1e6);
  return {
    name: "modo",
    paper: {
      title:
        "Three-Way Trade-Off in Multi-Objective Learning: Optimization, Generalization and Conflict-Avoidance",
      venue: "JMLR",
      year: 2024,
      url: "https://www.jmlr.org/papers/volume25/23-1287/23-1287.pdf",
    },
    verified: "torchjd",
    needs: () => "gram+other",
    init: (tasks) => ({ lambda: Array.from({ length: tasks }, () => 1 / tasks) }),
    weigh(view, state) {
      const slope = times(readGramOther(view, "modo"), state.lambda);
      const lambda = projectOntoSimplex(
        state.lambda.map((value, k) => value - learningRate * (slope[k]! + rho * value)),
      );
      return { weights: toScale(lambda, scale), state: { lambda } };
    },
  };
};
