import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray } from "../../graph/array.ts";
import { glorot } from "../../nn/initialize.ts";
import type { Layer } from "../../nn/layer.ts";

export type GateParams = { readonly kernel: NDArray };

/**
 * How much of each expert a sample gets: softmax(x W), W [width, experts] Glorot uniform at first, without bias as in the papers. x is [batch, width],
 * or [batch, …, width], of which the mean over the axes between is taken.
 *
 * @returns [batch, experts], rows of sum 1
 */
export const gate = (width: number, experts: number): Layer<GateParams> => ({
  init: (random) => ({ kernel: glorot(random, [width, experts]) }),
  apply({ kernel }, x) {
    const between = Array.from({ length: x.rank - 2 }, (_, i) => i + 1);
    const rows = between.length === 0 ? x : tf.mean(x, between);
    return tf.softmax(tf.matMul(rows as Tensor2D, kernel as Tensor2D));
  },
});

/** Σ_e w_e v_e, sample by sample. `values` are [batch, …], `weights` is [batch, values]. */
export function mixture(values: readonly Tensor[], weights: Tensor): Tensor {
  const columns = tf.split(weights, values.length, 1);
  const parts = values.map((value, e) => {
    const column = tf.reshape(columns[e]!, [-1, ...value.shape.slice(1).map(() => 1)]);
    return tf.mul(column, value);
  });
  return parts.length === 1 ? parts[0]! : tf.addN(parts);
}
