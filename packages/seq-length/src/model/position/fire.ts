import { array, glorot, type NDArray, type TensorsOf } from "@outrigger/core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { distances } from "./distance.ts";
import type { PositionEncoding } from "./encoding.ts";

type FireParams = {
  /** c. */
  readonly speed: NDArray;
  /** What L is multiplied by. */
  readonly stretch: NDArray;
  readonly hidden: { readonly kernel: NDArray; readonly bias: NDArray };
  readonly output: NDArray;
};

/**
 * FIRE: the logit of query id i and key id j gets b_h = MLP_h(ln(c (i − j) + 1) / ln(c max(i, L) + 1)). The perceptron 1-m-H with a rectifier, c and
 * the threshold L are learned; c enters by its absolute value, and L is a learned multiple of where it started.
 *
 * Li et al., "Functional interpolation for relative positions improves long context transformers", ICLR 2024, https://arxiv.org/abs/2310.04418.
 * The output has no bias, which the softmax would cancel. Ids count from 0, so that a threshold far above those of training leaves the
 * denominator constant.
 *
 * @param options.width m. Default 32.
 * @param options.threshold L at first. Default 512.
 */
export const fire = (
  options: { readonly width?: number; readonly threshold?: number } = {},
): PositionEncoding => {
  const { width = 32, threshold = 512 } = options;
  return {
    name: "fire",
    describe: "A small network makes a bias of attention from the distance over the length so far.",
    init: (random, { heads }): FireParams => ({
      speed: array([0.1], [1]),
      stretch: array([1], [1]),
      hidden: { kernel: glorot(random, [1, width]), bias: array(new Float32Array(width), [width]) },
      output: glorot(random, [width, heads]),
    }),
    bias(params, queries, keys, { heads }) {
      const { speed, stretch, hidden, output } = params as unknown as TensorsOf<FireParams>;
      const [batch, rows] = queries.shape as [number, number];
      const c = tf.abs(speed);
      const scaled = (x: Tensor): Tensor => tf.log(tf.add(tf.mul(x, c), 1));
      const query = tf.reshape(tf.cast(queries, "float32"), [batch, 1, rows, 1]);
      const limit = tf.abs(tf.mul(stretch, threshold));
      const ratio = tf.div(scaled(distances(queries, keys)), scaled(tf.maximum(query, limit)));
      const inner = tf.relu(tf.add(tf.mul(tf.reshape(ratio, [-1, 1]), hidden.kernel), hidden.bias));
      const found = tf.matMul(inner as Tensor2D, output as Tensor2D);
      return tf.transpose(tf.reshape(found, [batch, rows, keys.shape[1]!, heads]), [0, 3, 1, 2]);
    },
  };
};
