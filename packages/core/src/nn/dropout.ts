import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { randomMask } from "../graph/index.ts";
import type { Layer, NoParams } from "./layer.ts";

/**
 * Zeroes each value with probability `rate` in training and scales the others by 1/(1 − rate); the identity in evaluation.
 *
 * The mask is an input of the graph, drawn on the host from the run's own stream on every step, so a run can be repeated and
 * continued exactly.
 *
 * Srivastava et al., "Dropout", JMLR 2014, https://jmlr.org/papers/v15/srivastava14a.html
 *
 * @throws OutriggerError `bad-option` when the rate is not in [0, 1)
 */
export function dropout(rate: number): Layer<NoParams> {
  if (!(rate >= 0 && rate < 1)) {
    throw new OutriggerError("bad-option", `dropout: rate is ${rate}; give a number from 0 to below 1.`, {
      rate,
    });
  }
  return {
    init: () => [],
    apply: (_, x, mode) => (mode.training && rate > 0 ? tf.mul(x, randomMask([...x.shape], 1 - rate)) : x),
  };
}
