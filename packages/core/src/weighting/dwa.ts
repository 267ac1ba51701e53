import { softmax } from "../solve/algebra.ts";
import { inRange, positiveInteger } from "./gram/check.ts";
import type { View, Weighting } from "./weighting.ts";

export interface DwaOptions {
  /** τ > 0: greater values make the weights more equal. Default 2, the paper's. */
  temperature?: number;
  /** Average over this many steps instead of epochs; the Nash-MTL authors' code takes 25. Default null: epochs. */
  window?: number | null;
}

/** sum, count: of the losses of the period that runs; means: of the last two finished ones, the older first. */
export interface DwaState {
  tasks: number;
  epoch: number;
  sum: number[];
  count: number;
  means: number[][];
}

/**
 * Dynamic weight average: a task whose loss falls slowly counts more. w = T · softmax(r/τ), r_k = L̄_k[e−1] / L̄_k[e−2], with the mean
 * losses of the last two epochs e (or windows); 1 until two are known.
 *
 * The weights sum to T. Ratios are kept within [0, 1e6]. Cost: one backward pass.
 *
 * Paper: Liu, Johns and Davison, "End-to-End Multi-Task Learning with Attention", CVPR 2019, https://arxiv.org/abs/1803.10704.
 * Difference: the bounds of the ratios.
 */
export const dwa = ({ temperature = 2, window = null }: DwaOptions = {}): Weighting<DwaState> => {
  inRange(temperature, "temperature", 1e-6);
  if (window !== null) positiveInteger(window, "window");

  /** Closes the period if it is over. */
  const closed = (state: DwaState, epoch: number): DwaState => {
    const over = window === null ? state.count > 0 && epoch !== state.epoch : state.count === window;
    if (!over) return state;
    const mean = state.sum.map((value) => value / state.count);
    return { ...state, epoch, sum: mean.map(() => 0), count: 0, means: [...state.means, mean].slice(-2) };
  };

  return {
    name: "dwa",
    paper: {
      title: "End-to-End Multi-Task Learning with Attention",
      venue: "CVPR",
      year: 2019,
      url: "https://arxiv.org/abs/1803.10704",
    },
    verified: "reference",
    atRepresentation: true,
    needs: () => "nothing",
    init: (tasks) => ({ tasks, epoch: 0, sum: Array.from({ length: tasks }, () => 0), count: 0, means: [] }),
    weigh({ epoch }, state) {
      const { means, tasks } = closed(state, epoch);
      if (means.length < 2) return { weights: Array.from({ length: tasks }, () => 1), state };
      const [older, newer] = means as [number[], number[]];
      const ratios = newer.map((loss, k) => {
        const ratio = loss === older[k] ? 1 : loss / older[k]!;
        return Math.max(0, Math.min(1e6, Number.isNaN(ratio) ? 1 : ratio)) / temperature;
      });
      return { weights: softmax(ratios).map((share) => share * tasks), state };
    },
    observe({ losses, epoch }: View, before) {
      const state = closed(before, epoch);
      const sum = state.sum.map((value, k) => value + losses[k]!);
      return { ...state, epoch, sum, count: state.count + 1 };
    },
  };
};
