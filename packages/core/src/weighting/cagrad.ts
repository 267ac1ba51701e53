import { conflictAverse } from "../solve/conflict-averse.ts";
import { inRange, oneOf } from "./gram/check.ts";
import { overNonzero } from "./gram/nonzero.ts";
import { readGram } from "./gram/read.ts";
import { type Scale, scales, toScale } from "./gram/scale.ts";
import type { Weighting } from "./weighting.ts";

export interface CagradOptions {
  /** c in [0, 1): how far from the mean gradient the direction may lie, in units of its length. Default 0.4, the authors'. */
  c?: number;
  /** What the direction is divided by: "none", "c²": 1 + c², "c": 1 + c. Default "c²", the authors' (their `rescale` 1). */
  rescale?: "none" | "c²" | "c";
  /** "mean": around the mean gradient, as in the paper. Default "sum": times T, as the Nash-MTL authors' code does. */
  scale?: Scale;
}

/**
 * Conflict-averse gradient descent: of all directions within c‖ḡ‖ of the mean gradient ḡ, the one that lowers the loss worst off
 * most. d = ḡ + c‖ḡ‖ g_x/‖g_x‖, where g_x = Σ_k x_k g_k and x = argmin over the simplex of ⟨g_x, ḡ⟩ + c‖ḡ‖‖g_x‖; so
 * w_k = 1/T + x_k c‖ḡ‖/‖g_x‖, divided as `rescale` says.
 *
 * Solved exactly. Tasks without a gradient get 0 and do not count in the mean. Cost: T backward passes.
 *
 * Paper: Liu, Liu, Jin, Stone and Liu, "Conflict-Averse Gradient Descent for Multi-task Learning", NeurIPS 2021,
 * https://arxiv.org/abs/2110.14048. Differences from the authors' code: an exact active set where it uses SLSQP or 20 steps of SGD;
 * heads are scaled by the same weights.
 *
 * @throws OutriggerError `bad-option` for a number out of range or a word that is none of those listed.
 */
export const cagrad = ({ c = 0.4, rescale = "c²", scale = "sum" }: CagradOptions = {}): Weighting<null> => {
  oneOf(rescale, "rescale", ["none", "c²", "c"]);
  oneOf(scale, "scale", scales);
  inRange(c, "c", 0, 1 - Number.EPSILON);
  const divisor = { none: 1, "c²": 1 + c * c, c: 1 + c }[rescale];
  return {
    name: "cagrad",
    paper: {
      title: "Conflict-Averse Gradient Descent for Multi-task Learning",
      venue: "NeurIPS",
      year: 2021,
      url: "https://arxiv.org/abs/2110.14048",
    },
    verified: "reference",
    needs: () => "gram",
    init: () => null,
    weigh(view, state) {
      const weights = overNonzero(readGram(view, "cagrad"), (gram) => {
        const added = conflictAverse(gram, c);
        return toScale(
          added.map((value) => (1 / gram.length + value) / divisor),
          scale,
        );
      });
      return { weights, state };
    },
  };
};
