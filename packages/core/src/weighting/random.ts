import { oneOf } from "./gram/check.ts";
import type { Weighting } from "./weighting.ts";

export interface RandomWeightsOptions {
  /** What the weights sum to: the number of tasks (default, so that the size of the step is that of `uniform`) or 1 as in the paper. */
  sum?: "tasks" | "one";
}

/**
 * Draws new weights at every step, the random loss weighting (RLW) baseline: w = T · softmax(z), z_k ~ N(0, 1) independent.
 *
 * The primary's weight is drawn like every other. Cost: one backward pass.
 *
 * Paper: Lin, Ye, Zhang and Tsang, "Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task Learning",
 * Transactions on Machine Learning Research, 2022, https://arxiv.org/abs/2111.10603. The factor T is ours (`sum: "one"` leaves
 * it out).
 *
 * @throws OutriggerError `bad-option` for a word that is none of those listed.
 */
export const randomWeights = ({ sum = "tasks" }: RandomWeightsOptions = {}): Weighting<{ tasks: number }> => {
  oneOf(sum, "sum", ["tasks", "one"]);
  return {
    name: "random",
    paper: {
      title: "Reasonable Effectiveness of Random Weighting: A Litmus Test for Multi-Task Learning",
      venue: "TMLR",
      year: 2022,
      url: "https://arxiv.org/abs/2111.10603",
    },
    verified: "definition",
    atRepresentation: true,
    needs: () => "nothing",
    init: (tasks) => ({ tasks }),
    weigh(_, state, random) {
      const exponentials = Array.from({ length: state.tasks }, () => Math.exp(random.normal()));
      const total = exponentials.reduce((a, b) => a + b, 0) / (sum === "one" ? 1 : state.tasks);
      return { weights: exponentials.map((value) => value / total), state };
    },
  };
};
