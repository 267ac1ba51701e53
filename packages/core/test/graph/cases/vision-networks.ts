import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { type Case, numbers } from "../case.ts";

const convolve = (x: Tensor, w: Tensor): Tensor4D => tf.conv2d(x as Tensor4D, w as Tensor4D, 1, "same");

/** Batch norm by the batch's own statistics. */
function normalise(x: Tensor, scale: Tensor, shift: Tensor): Tensor {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm(x, mean as Tensor1D, variance as Tensor1D, shift as Tensor1D, scale as Tensor1D);
}

export const cases: readonly Case[] = [
  {
    name: "a small convolutional network",
    f([x, w1, b1, w2, scale, shift]) {
      const hidden = tf.relu(tf.add(convolve(x!, w1!), b1!));
      const pooled = tf.maxPool(hidden as Tensor4D, 2, 2, "same");
      return tf.mean(tf.relu(normalise(convolve(pooled, w2!), scale!, shift!)), [1, 2]);
    },
    x: [
      numbers([2, 6, 5, 2]),
      numbers([3, 3, 2, 3], -0.6, 0.6, 0.3),
      numbers([3], -0.3, 0.3, 0.1),
      numbers([3, 3, 3, 2], -0.6, 0.6, 0.6),
      numbers([2], 0.7, 1.4),
      numbers([2], -0.4, 0.4, 0.2),
    ],
  },
  {
    name: "a residual block",
    f([x, w1, w2, scale, shift]) {
      const inner = tf.elu(normalise(convolve(x!, w1!), scale!, shift!));
      return tf.tanh(tf.add(x!, convolve(inner, w2!)));
    },
    x: [
      numbers([2, 4, 5, 3]),
      numbers([3, 3, 3, 3], -0.5, 0.5, 0.3),
      numbers([3, 3, 3, 3], -0.5, 0.5, 0.6),
      numbers([3], 0.7, 1.4),
      numbers([3], -0.4, 0.4, 0.2),
    ],
    numeric: true,
  },
  {
    name: "an encoder and decoder with a skip",
    f([x, w1, w2, w3]) {
      const down = tf.relu(tf.conv2d(x as Tensor4D, w1 as Tensor4D, 2, "same"));
      const up = tf.image.resizeBilinear(convolve(down, w2!), [4, 6]);
      return tf.sigmoid(convolve(tf.concat([up, x!], 3), w3!));
    },
    x: [
      numbers([2, 4, 6, 2]),
      numbers([3, 3, 2, 3], -0.5, 0.5, 0.3),
      numbers([2, 2, 3, 2], -0.5, 0.5, 0.6),
      numbers([1, 1, 4, 1], -1, 1, 0.2),
    ],
    numeric: true,
  },
  {
    name: "batchNorm with given statistics",
    f: ([x, mean, variance, offset, scale]) =>
      tf.batchNorm(
        x as Tensor4D,
        mean as Tensor1D,
        variance as Tensor1D,
        offset as Tensor1D,
        scale as Tensor1D,
        0.01,
      ),
    x: [
      numbers([2, 3, 2, 2]),
      numbers([2], -1, 1),
      numbers([2], 0.5, 2),
      numbers([2], -1, 1, 0.4),
      numbers([2], 0.5, 2, 0.2),
    ],
  },
  {
    name: "batchNorm without scale and offset, statistics an element",
    f: ([x, mean, variance]) => tf.batchNorm(x as Tensor4D, mean as Tensor4D, variance as Tensor4D),
    x: [numbers([2, 3, 2, 2]), numbers([2, 3, 2, 2], -1, 1), numbers([2, 3, 2, 2], 0.5, 2)],
    numeric: true,
  },
];
