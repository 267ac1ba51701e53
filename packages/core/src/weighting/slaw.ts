import { inRange } from "./gram/check.ts";
import type { Weighting } from "./weighting.ts";

export interface SlawOptions {
  /** β, decay of the running means, in [0, 1). Default 0.99, read in a port of the method. */
  decay?: number;
}

/** a, b: running means of L² and L. */
export interface SlawState {
  a: number[];
  b: number[];
  steps: number;
}

/**
 * Scaled loss approximate weighting: guesses the length of each task's gradient by how much its loss varies, and divides by it.
 * s_k = √(a_k − b_k²) with running means a of L² and b of L, both from 0; w_k = T (1/s_k) / Σ_j 1/s_j.
 *
 * The weights sum to T; they are 1 in the first step. s is at least 1e-5, or 1e-10 times the greatest. Cost: one backward pass.
 *
 * Paper: Crawshaw and Košecká, "SLAW: Scaled Loss Approximate Weighting for Efficient Multi-Task Learning", 2021,
 * https://arxiv.org/abs/2109.08218. Difference: the weights of a step follow from the losses before it, so that no forward pass is
 * added; the floor relative to the greatest is ours.
 */
export const slaw = ({ decay = 0.99 }: SlawOptions = {}): Weighting<SlawState> => {
  inRange(decay, "decay", 0, 1 - Number.EPSILON);
  const mix = (old: number, value: number): number => decay * old + (1 - decay) * value;
  return {
    name: "slaw",
    paper: {
      title: "SLAW: Scaled Loss Approximate Weighting for Efficient Multi-Task Learning",
      venue: "arXiv",
      year: 2021,
      url: "https://arxiv.org/abs/2109.08218",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "nothing",
    init(tasks) {
      const zeros = Array.from({ length: tasks }, () => 0);
      return { a: zeros, b: [...zeros], steps: 0 };
    },
    weigh(_, state) {
      if (state.steps === 0) return { weights: state.a.map(() => 1), state };
      const spread = state.a.map((square, k) => Math.sqrt(Math.max(0, square - state.b[k]! ** 2)));
      const floor = Math.max(1e-5, 1e-10 * Math.max(...spread));
      const inverse = spread.map((value) => 1 / Math.max(value, floor));
      const total = inverse.reduce((x, y) => x + y, 0);
      return { weights: inverse.map((value) => (value / total) * inverse.length), state };
    },
    observe: ({ losses }, { a, b, steps }) => ({
      a: a.map((value, k) => mix(value, losses[k]! ** 2)),
      b: b.map((value, k) => mix(value, losses[k]!)),
      steps: steps + 1,
    }),
  };
};
