import { inRange } from "./gram/check.ts";
import { positive } from "./loss/read.ts";
import type { Weighting } from "./weighting.ts";

export interface AdalossOptions {
  /** Decay of the running mean of the losses, in [0, 1). Default 0.9, ours. */
  decay?: number;
}

/** mean: running mean of the losses, null before the first step. */
export interface AdalossState {
  tasks: number;
  mean: number[] | null;
}

/**
 * Divides every loss by its own running mean, so that all weighted losses are of one size: w_k = T (1/L̄_k) / Σ_j 1/L̄_j.
 *
 * The weights sum to T; they are 1 in the first step. Means below 1e-8 count as 1e-8. Cost: one backward pass.
 *
 * Paper: Hu, Dey, Hebert and Bagnell, "Learning Anytime Predictions in Neural Networks via Adaptive Loss Balancing", AAAI 2019,
 * https://arxiv.org/abs/1708.06832. The paper weighs the exits of one network; the decay and the sum T are ours.
 */
export const adaloss = ({ decay = 0.9 }: AdalossOptions = {}): Weighting<AdalossState> => {
  inRange(decay, "decay", 0, 1 - Number.EPSILON);
  return {
    name: "adaloss",
    paper: {
      title: "Learning Anytime Predictions in Neural Networks via Adaptive Loss Balancing",
      venue: "AAAI",
      year: 2019,
      url: "https://arxiv.org/abs/1708.06832",
    },
    verified: "own reading",
    atRepresentation: true,
    needs: () => "nothing",
    init: (tasks) => ({ tasks, mean: null }),
    weigh(_, state) {
      if (state.mean === null) return { weights: Array.from({ length: state.tasks }, () => 1), state };
      const inverse = positive(state.mean).map((loss) => 1 / loss);
      const total = inverse.reduce((x, y) => x + y, 0);
      return { weights: inverse.map((value) => (value / total) * inverse.length), state };
    },
    observe: ({ losses }, { tasks, mean }) => ({
      tasks,
      mean: losses.map((loss, k) => (mean === null ? loss : decay * mean[k]! + (1 - decay) * loss)),
    }),
  };
};
