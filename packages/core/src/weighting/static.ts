import { OutriggerError } from "../error.ts";
import type { Weighting } from "./weighting.ts";

export interface StaticOptions {
  /** One weight for all auxiliaries (the primary has 1), or T weights in task order. Default 1, which is `uniform`. */
  weights?: number | readonly number[];
  /**
   * n_k, the number of samples of each task, when the T weights a_k were made for SUMS of losses, as those of `analyse` in
   * `@outrigger/linear-theory` are. A loss here is a mean, so task k gets T a_k n_k / (a_0 n_0 + … + a_K n_K).
   */
  rows?: readonly number[];
}

/**
 * Fixed weights, to be tuned on validation: the baseline that adaptive rules must beat at the same tuning budget. Without `rows` the
 * weights are taken as they are and need not sum to T.
 *
 * Cost: one backward pass.
 *
 * @throws OutriggerError `bad-option` for a weight or a count that is negative or not finite, for counts without one weight each, for
 * weights of sums that are all zero, or (when training starts) for a list that has not one weight a task.
 *
 * @example
 * staticWeights({ weights: 0.1 }) // primary 1, every auxiliary 0.1
 * staticWeights(analyse(tasks)) // what @outrigger/linear-theory recommends for these tables
 */
export const staticWeights = ({
  weights: given = 1,
  rows,
}: StaticOptions = {}): Weighting<{
  weights: number[];
}> => {
  for (const value of [given, rows ?? []].flat()) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new OutriggerError(
      "bad-option",
      `A static weight or a count of rows must be finite and not negative, not ${value}.`,
    );
  }
  const weights = rows ? ofMeans([given].flat(), rows) : given;
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

/** Weights of means that do what these weights of sums do; they sum to T. */
function ofMeans(weights: readonly number[], rows: readonly number[]): number[] {
  if (weights.length !== rows.length)
    throw new OutriggerError(
      "bad-option",
      `There are ${weights.length} static weights and ${rows.length} sample counts; give one of each a task.`,
    );
  const shares = weights.map((weight, k) => weight * rows[k]!);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (!(sum > 0 && Number.isFinite(sum)))
    throw new OutriggerError(
      "bad-option",
      `The static weights times the sample counts sum to ${sum}; at least one must be above zero.`,
    );
  return shares.map((share) => (share / sum) * shares.length);
}
