import type { GruParams } from "@outrigger/core/nn/gru";
import { constant, glorot } from "@outrigger/core/nn/initialize";
import type { TensorsOf } from "@outrigger/core/nn/layer";
import { orthogonal } from "@outrigger/core/nn/orthogonal";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

export interface GruCell {
  init(random: Random): GruParams;
  /** The state after one input. All are [n, width]. */
  apply(params: TensorsOf<GruParams>, input: Tensor, state: Tensor): Tensor;
}

/**
 * One step of a gated recurrent unit from a given state; formula, parameters and their first values are those of core's layer `gru`:
 *
 *     r = σ(x·W_r + h·U_r + b_r)    z = σ(x·W_z + h·U_z + b_z)    n = tanh(x·W_n + b_n + r ⊙ (h·U_n + c))    h ← n + z ⊙ (h − n)
 *
 * Cost: 12·n·width² operations.
 */
export function gruCell(width: number): GruCell {
  return {
    init: (random) => ({
      kernel: glorot(random, [width, 3 * width]),
      recurrent: orthogonal(random, width, 3),
      bias: constant([3 * width], 0),
      candidateBias: constant([width], 0),
    }),
    apply({ kernel, recurrent, bias, candidateBias }, input, state) {
      const fromInput = tf.add(tf.matMul(input as Tensor2D, kernel as Tensor2D), bias);
      const [xr, xz, xn] = tf.split(fromInput, 3, 1);
      const [hr, hz, hn] = tf.split(tf.matMul(state as Tensor2D, recurrent as Tensor2D), 3, 1);
      const reset = tf.sigmoid(tf.add(xr!, hr!));
      const keep = tf.sigmoid(tf.add(xz!, hz!));
      const candidate = tf.tanh(tf.add(xn!, tf.mul(reset, tf.add(hn!, candidateBias))));
      return tf.add(candidate, tf.mul(keep, tf.sub(state, candidate)));
    },
  };
}
