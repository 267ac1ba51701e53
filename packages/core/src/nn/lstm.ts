import type { Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array, type NDArray } from "../graph/array.ts";
import { checkSizes } from "./check.ts";
import { glorot } from "./initialize.ts";
import { orthogonal } from "./orthogonal.ts";
import { type RecurrentOptions, unroll } from "./recurrent.ts";
import type { SequenceLayer } from "./sequence.ts";

export type LstmParams = { readonly kernel: NDArray; readonly recurrent: NDArray; readonly bias: NDArray };

/**
 * A long short-term memory: with a = x·W + h·U + b in four parts, i = σ(a_i), f = σ(a_f), g = tanh(a_g), o = σ(a_o);
 * c ← f ⊙ c + i ⊙ g, h ← o ⊙ tanh(c), from h = c = 0.
 *
 * x is [batch, time, inputs] and the output [batch, time, units] holds h after every step. `kernel` is W = [W_i W_f W_g W_o],
 * [inputs, 4·units]; `recurrent` U likewise, [units, 4·units]; `bias` b [4·units]. Where the mask is 0, h and c stay as they are.
 *
 * W starts Glorot uniform, U orthogonal gate by gate, b at zero but for the forget gate's 1, as in Keras; why 1: Jozefowicz, Zaremba and
 * Sutskever, "An empirical exploration of recurrent network architectures", ICML 2015, https://proceedings.mlr.press/v37/jozefowicz15.html
 *
 * Hochreiter and Schmidhuber, "Long short-term memory", Neural Computation 1997, https://doi.org/10.1162/neco.1997.9.8.1735; the forget
 * gate is Gers et al.'s, 2000.
 *
 * Cost: 8·batch·time·units·(inputs + units) operations; the graph grows with time, because the steps are unrolled.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` for other inputs or masks
 */
export function lstm(options: RecurrentOptions): SequenceLayer<LstmParams> {
  const { inputs, units } = options;
  checkSizes("lstm", { inputs, units });
  return {
    init: (random) => ({
      kernel: glorot(random, [inputs, 4 * units]),
      recurrent: orthogonal(random, units, 4),
      bias: array(new Float32Array(4 * units).fill(1, units, 2 * units), [4 * units]),
    }),
    apply: ({ kernel, recurrent, bias }, x, _mode, mask) =>
      unroll(
        "lstm",
        options,
        x,
        kernel,
        bias,
        2,
        (input, [h, c]) => {
          const gates = tf.add(input, tf.matMul(h as Tensor2D, recurrent as Tensor2D));
          const [i, f, g, o] = tf.split(gates, 4, 1);
          const cell = tf.add(tf.mul(tf.sigmoid(f!), c!), tf.mul(tf.sigmoid(i!), tf.tanh(g!)));
          return [tf.mul(tf.sigmoid(o!), tf.tanh(cell)), cell];
        },
        mask,
      ),
  };
}
