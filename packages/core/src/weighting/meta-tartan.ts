import { softmax } from "../solve/algebra.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { devCosines } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface MetaTartanOptions {
  /** Step size of the logits. Default 0.05, the authors' for vision (0.01 for text). */
  learningRate?: number;
  /** "mean": weights sum to 1, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * Learns softmax weights over the primary and the auxiliaries by the cosine of each task's gradient with the primary's on
 * held-out data, d: w = softmax(ω), then ω_k ← ω_k + lr · cos(g_k, d), ω = 0 at first.
 *
 * The softmax's own derivative is left out, as in the authors' code. Cost: T backward passes, and one on a held-out batch.
 *
 * Paper: Dery, Michel, Talwalkar and Neubig, "Should We Be Pre-training? An Argument for End-task Aware Training as an Alternative",
 * ICLR 2022, https://arxiv.org/abs/2109.07437. Difference: d is the gradient of the current primary head, where the paper fits a
 * fresh one on every step.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const metaTartan = ({
  learningRate = 0.05,
  scale = "sum",
}: MetaTartanOptions = {}): Weighting<{ logits: number[] }> => {
  oneOf(scale, "scale", scales);
  inRange(learningRate, "learningRate", 0, 100);
  return {
    name: "meta-tartan",
    paper: {
      title: "Should We Be Pre-training? An Argument for End-task Aware Training as an Alternative",
      venue: "ICLR",
      year: 2022,
      url: "https://arxiv.org/abs/2109.07437",
    },
    verified: "reference",
    needs: () => "gram+dev",
    init: (tasks) => ({ logits: Array.from({ length: tasks }, () => 0) }),
    weigh(view, { logits }) {
      const found = devCosines(view, "meta-tartan");
      return {
        weights: toScale(softmax(logits), scale),
        state: { logits: logits.map((logit, k) => logit + learningRate * found[k]!) },
      };
    },
  };
};
