import { OutriggerError } from "../error.ts";
import type { Scale } from "../weighting/gram/scale.ts";
import type { Aggregator } from "./aggregator.ts";

export interface TrimmedMeanOptions {
  /** Entries left out at either end of each coordinate, b. With fewer than 2b + 1 tasks as many as leave one. Default 1. */
  trim?: number;
  /** "mean": the mean of what is left, as in the paper. Default "sum": times T. */
  scale?: Scale;
}

/**
 * The mean of each coordinate without its b greatest and its b least entries.
 *
 * Robust against a task whose gradients are wild, at the price of ignoring every task where it is extreme; with three tasks and b = 1 it
 * is the median. Heads get their own gradients. Cost: T backward passes, T × P numbers on the host, P sorts of T.
 *
 * Paper: Yin et al., "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", ICML 2018,
 * https://proceedings.mlr.press/v80/yin18a.html. Difference from TorchJD: too few tasks are trimmed less instead of refused.
 *
 * @throws OutriggerError `bad-option` unless trim is an integer of at least 0.
 */
export const trimmedMean = ({ trim = 1, scale = "sum" }: TrimmedMeanOptions = {}): Aggregator<null> => {
  if (!Number.isInteger(trim) || trim < 0) {
    throw new OutriggerError("bad-option", `trim must be an integer of at least 0, not ${trim}.`, { trim });
  }
  return {
    name: `trimmed-mean (${trim})`,
    paper: {
      title: "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates",
      venue: "ICML",
      year: 2018,
      url: "https://proceedings.mlr.press/v80/yin18a.html",
    },
    verified: "torchjd",
    init: () => null,
    aggregate({ gradients, direction }, state) {
      const tasks = gradients.length;
      const cut = Math.min(trim, Math.floor((tasks - 1) / 2));
      const factor = (scale === "sum" ? tasks : 1) / (tasks - 2 * cut);
      const column = new Float32Array(tasks);
      for (let i = 0; i < direction.length; i++) {
        for (let k = 0; k < tasks; k++) column[k] = gradients[k]![i]!;
        column.sort();
        let sum = 0;
        for (let k = cut; k < tasks - cut; k++) sum += column[k]!;
        direction[i] = factor * sum;
      }
      return { state };
    },
  };
};
