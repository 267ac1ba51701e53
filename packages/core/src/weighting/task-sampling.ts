import { inRange, positiveInteger } from "./gram/check.ts";
import { cosine, readGram } from "./gram/read.ts";
import type { Weighting } from "./weighting.ts";

export interface TaskSamplingOptions {
  /** m, auxiliaries that a step trains beside the primary; all where there are fewer. Default 1. */
  sampled?: number;
  /** Steps between two looks at the gradients. Default 10. */
  interval?: number;
  /** Share of the affinities so far in their running mean, in [0, 1). Default 0.9. */
  decay?: number;
  /** ε in [0, 1]: the share of draws that are uniform, so that no auxiliary is forgotten. Default 0.1. */
  explore?: number;
}

/** Running mean of every task's cosine with the primary; null before the first look. */
export interface TaskSamplingState {
  affinity: number[] | null;
}

/**
 * Trains every step on the primary and m auxiliaries, a mini-batch of tasks, drawn by how their gradients agree with the primary's: without
 * replacement, with probabilities
 *
 *     p_k = (1 − ε) a_k⁺ / Σ_j a_j⁺ + ε / K
 *
 * a_k is the running mean of cos(g_k, g_p), the cosine of the task's gradient with the primary's, a⁺ = max(0, a), and K the number of
 * auxiliaries; where no a_k is positive p is uniform. A chosen task has weight 1, the others 0, so the weights sum to m + 1. Gradients
 * are looked at on steps 0, n, 2n, …; a gradient of 0 has cosine 0.
 *
 * Cost: T backward passes every n steps, else one backward pass. Ours; nobody published it, and the options' defaults are ours.
 *
 * @throws OutriggerError `bad-option` for counts that are no positive integers, or shares outside of their ranges.
 *
 * @example
 * taskSampling({ sampled: 2 })
 */
export const taskSampling = ({
  sampled = 1,
  interval = 10,
  decay = 0.9,
  explore = 0.1,
}: TaskSamplingOptions = {}): Weighting<TaskSamplingState> => {
  positiveInteger(sampled, "sampled");
  positiveInteger(interval, "interval");
  inRange(decay, "decay", 0, 1 - Number.EPSILON);
  inRange(explore, "explore", 0, 1);
  const looks = ({ affinity }: TaskSamplingState, step: number): boolean =>
    affinity === null || step % interval === 0;
  return {
    name: "task-sampling",
    paper: null,
    verified: "definition",
    needs: (state, step) => (looks(state, step) ? "gram" : "nothing"),
    init: () => ({ affinity: null }),
    weigh(view, state, random) {
      const { primary } = view;
      const affinity = looks(state, view.step)
        ? averaged(state.affinity, affinitiesOf(readGram(view, "task-sampling"), primary), decay)
        : state.affinity!;
      let left = affinity.map((_, k) => k).filter((k) => k !== primary);
      const weights = affinity.map((_, k) => (k === primary ? 1 : 0));
      for (let i = 0; i < sampled && left.length > 0; i++) {
        const chosen = drawn(left, affinity, explore, random.uniform());
        weights[chosen] = 1;
        left = left.filter((k) => k !== chosen);
      }
      return { weights, state: { affinity } };
    },
  };
};

const affinitiesOf = (gram: ReturnType<typeof readGram>, primary: number): number[] =>
  gram.map((_, k) => cosine(gram, primary, k));

const averaged = (before: readonly number[] | null, now: readonly number[], decay: number): number[] =>
  before === null ? [...now] : now.map((value, k) => decay * before[k]! + (1 - decay) * value);

/** One of the tasks left, by a uniform number in [0, 1). */
function drawn(left: readonly number[], affinity: readonly number[], explore: number, at: number): number {
  const positive = left.map((k) => Math.max(0, affinity[k]!));
  const total = positive.reduce((a, b) => a + b, 0);
  let rest = at;
  for (const [i, k] of left.entries()) {
    const greedy = total > 0 ? positive[i]! / total : 1 / left.length;
    rest -= (1 - explore) * greedy + explore / left.length;
    if (rest < 0) return k;
  }
  // Rounding: the probabilities may add up to a little less than 1.
  return left[positive.lastIndexOf(Math.max(...positive))]!;
}
