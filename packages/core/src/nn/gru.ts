import type { Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray } from "../graph/array.ts";
import { checkSizes } from "./check.ts";
import { constant, glorot } from "./initialize.ts";
import { orthogonal } from "./orthogonal.ts";
import { type RecurrentOptions, unroll } from "./recurrent.ts";
import type { SequenceLayer } from "./sequence.ts";

export type GruParams = {
  readonly kernel: NDArray;
  readonly recurrent: NDArray;
  readonly bias: NDArray;
  readonly candidateBias: NDArray;
};

/**
 * A gated recurrent unit: r = σ(x·W_r + h·U_r + b_r), z = σ(x·W_z + h·U_z + b_z), n = tanh(x·W_n + b_n + r ⊙ (h·U_n + c)),
 * h ← (1 − z) ⊙ n + z ⊙ h, from h = 0.
 *
 * x is [batch, time, inputs] and the output [batch, time, units] holds h after every step. `kernel` is [W_r W_z W_n], [inputs, 3·units];
 * `recurrent` [U_r U_z U_n], [units, 3·units]; `bias` [3·units] and `candidateBias` c [units]. Where the mask is 0, h stays as it is, so
 * the last step holds the state after the last step that is there. This is the form of PyTorch and of Keras with `reset_after`; in the
 * paper r acts before U_n.
 *
 * W starts Glorot uniform, U orthogonal gate by gate, biases at zero, as in Keras.
 *
 * Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine translation", EMNLP 2014,
 * https://arxiv.org/abs/1406.1078
 *
 * Cost: 6·batch·time·units·(inputs + units) operations; the graph grows with time, because the steps are unrolled.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` for other inputs or masks
 */
export function gru(options: RecurrentOptions): SequenceLayer<GruParams> {
  const { inputs, units } = options;
  checkSizes("gru", { inputs, units });
  return {
    init: (random) => ({
      kernel: glorot(random, [inputs, 3 * units]),
      recurrent: orthogonal(random, units, 3),
      bias: constant([3 * units], 0),
      candidateBias: constant([units], 0),
    }),
    apply: ({ kernel, recurrent, bias, candidateBias }, x, _mode, mask) =>
      unroll(
        "gru",
        options,
        x,
        kernel,
        bias,
        1,
        (input, [h]) => {
          const [xr, xz, xn] = tf.split(input, 3, 1);
          const [hr, hz, hn] = tf.split(tf.matMul(h as Tensor2D, recurrent as Tensor2D), 3, 1);
          const reset = tf.sigmoid(tf.add(xr!, hr!));
          const keep = tf.sigmoid(tf.add(xz!, hz!));
          const candidate = tf.tanh(tf.add(xn!, tf.mul(reset, tf.add(hn!, candidateBias))));
          return [tf.add(candidate, tf.mul(keep, tf.sub(h!, candidate)))];
        },
        mask,
      ),
  };
}
