import { OutriggerError } from "../error.ts";
import { dot, softmax, squareNorm } from "../solve/algebra.ts";
import { inRange, oneOf } from "./gram/check.ts";
import {
  climbed,
  type FactoredLogits,
  objectiveLogits,
  splitShares,
  type Values,
  zeroLogits,
} from "./gram/factored-logits.ts";
import { devCosines, split, withPrimary } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface AangOptions {
  /**
   * What each auxiliary is made of, in the order of the tasks without the primary: one value a stage, such as
   * ["task data", "mask", "left to right", "denoise"]. Illegal combinations are simply not tasks. Default null: nothing is shared.
   */
  objectives?: readonly (readonly string[])[] | null;
  /** Step size of the auxiliaries' logits. Default 0.1, the smaller that the authors searched. */
  learningRate?: number;
  /** Step size of the two logits of primary and auxiliaries. Default 0.1, the larger that the authors searched. */
  splitLearningRate?: number;
  /** "mean": weights sum to 1. Default "sum": times T. */
  scale?: Scale;
}

/** Logits of stage values, of auxiliaries, and of the primary and all auxiliaries. */
export type AangState = FactoredLogits;

/**
 * Learns weights of auxiliaries that are combinations of choices, by their gradients' cosines with the primary's on held-out data, d; what
 * one combination teaches about a choice counts for all that share it. w_p = π_p, w_k = π_a softmax(Σ_s u_s[k's value] + u_k),
 * π = softmax of two logits; all logits 0 at first. Then u_k ← u_k + lr · c_k, each u_s[v] ← u_s[v] + lr · Σ_{k has v} c_k,
 * c_k = cos(g_k, d), and the two logits likewise with cos(g_p, d) and cos(Σ_k w_k g_k, d).
 *
 * Cost: T backward passes, and one on a held-out batch.
 *
 * Paper: Dery, Michel, Khodak, Neubig and Talwalkar, "AANG: Automating Auxiliary Learning", ICLR 2023,
 * https://arxiv.org/abs/2205.14082. Differences from the authors' code: every auxiliary is used in every step, where 3 or 6 are drawn;
 * logits move every step, not every third; d is of the current primary head, where a fresh one is fitted; the auxiliaries' sum in the
 * last cosine is weighted as the model's step is.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const aang = ({
  objectives = null,
  learningRate = 0.1,
  splitLearningRate = 0.1,
  scale = "sum",
}: AangOptions = {}): Weighting<AangState> => {
  oneOf(scale, "scale", scales);
  inRange(learningRate, "learningRate", 0, 100);
  inRange(splitLearningRate, "splitLearningRate", 0, 100);
  const made = (auxiliaries: number): readonly Values[] =>
    objectives ?? Array.from({ length: auxiliaries }, () => []);
  return {
    name: "aang",
    paper: {
      title: "AANG: Automating Auxiliary Learning",
      venue: "ICLR",
      year: 2023,
      url: "https://arxiv.org/abs/2205.14082",
    },
    verified: "reference",
    needs: () => "gram+dev",
    init(tasks) {
      const auxiliaries = Math.max(0, tasks - 1);
      if (objectives !== null && objectives.length !== auxiliaries) {
        throw new OutriggerError(
          "bad-option",
          `${objectives.length} objectives were given for ${auxiliaries} auxiliaries; give one an auxiliary.`,
        );
      }
      return zeroLogits(made(auxiliaries));
    },
    weigh(view, state) {
      const cosines = devCosines(view, "aang");
      const of = made(state.all.length);
      if (of.length === 0) return { weights: [1], state };
      const shares = softmax(objectiveLogits(state, of));
      const [first, second] = splitShares(state);
      const weights = withPrimary(
        shares.map((share) => second * share),
        view.primary,
      );
      weights[view.primary] = first;
      const auxiliary = cosines.filter((_, k) => k !== view.primary);
      const { block } = split(view.gram!, view.primary);
      const lengths = block.map((row, k) => Math.sqrt(row[k]!));
      const together = Math.sqrt(squareNorm(block, shares));
      const product = dot(
        auxiliary,
        lengths.map((length, k) => length * shares[k]!),
      );
      const joint = together > 0 ? Math.max(-1, Math.min(1, product / together)) : 0;
      return {
        weights: toScale(weights, scale),
        state: climbed(
          state,
          of,
          { all: auxiliary, split: [cosines[view.primary]!, joint] },
          { learningRate, splitLearningRate },
        ),
      };
    },
  };
};
