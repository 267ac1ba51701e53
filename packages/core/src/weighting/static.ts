import { OutriggerError } from "../error.ts";
import type { Weighting } from "./weighting.ts";

export interface StaticOptions {
  /** One weight for all auxiliaries (the primary has 1), or T weights in task order. Default 1, which is `uniform`. */
  weights?: number | readonly number[];
}

/**
 * Fixed weights, to be tuned on validation: the baseline that adaptive rules must beat at the same tuning budget. The weights are
 * taken as they are and need not sum to T.
 *
 * Cost: one backward pass.
 *
 * @throws OutriggerError `bad-option` for a weight that is negative or not finite, or (when training starts) for a list that has
 * not one weight a task.
 *
 * @example
 * staticWeights({ weights: 0.1 }) // primary 1, every auxiliary 0.1
 */
export const staticWeights = ({ weights = 1 }: StaticOptions = {}): Weighting<{ weights: number[] }> => {
  for (const weight of [weights].flat()) {
    if (Number.isFinite(weight) && weight >= 0) continue;
    throw new OutriggerError("bad-option", `A static weight must be finite and not negative, not ${weight}.`);
  }
  return {
    name: "static",
    paper: null,
    verified: "definition",
    atRepresentation: true,
    needs: () => "nothing",
    init(tasks, primary) {
      if (typeof weights === "number") {
        return { weights: Array.from({ length: tasks }, (_, k) => (k === primary ? 1 : weights)) };
      }
      if (weights.length !== tasks) {
        throw new OutriggerError(
          "bad-option",
          `${weights.length} static weights were given for ${tasks} tasks; give one a task, or a single number for all auxiliaries.`,
        );
      }
      return { weights: [...weights] };
    },
    weigh: (_, state) => ({ weights: [...state.weights], state }),
  };
};
