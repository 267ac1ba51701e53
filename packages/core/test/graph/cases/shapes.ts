import type { Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { binary, type Case, unary } from "../case.ts";

export const cases: readonly Case[] = [
  unary("reshape", (x) => tf.reshape(x, [2, -1])),
  unary("expandDims and squeeze", (x) => tf.squeeze(tf.expandDims(x, 1))),
  unary("transpose", (x) => tf.transpose(x)),
  unary("transpose of rank 3", (x) => tf.transpose(tf.reshape(x, [3, 2, 2]), [1, 2, 0])),
  unary("broadcastTo", (x) => tf.broadcastTo(x, [2, 3, 4])),
  unary("tile", (x) => tf.tile(x, [2, 3])),
  binary("concat", (x, y) => tf.concat([x, y, x], 1)),
  binary("stack", (x, y) => tf.stack([x, y], 1)),
  binary("stack along a last axis", (x, y) => tf.stack([x, y], -1)),
  unary("unstack", (x) => tf.mul(tf.unstack(x, 1)[2]!, tf.unstack(x, 1)[0]!)),
  unary("unstack along the last axis", (x) => tf.mul(tf.unstack(x, -1)[2]!, tf.unstack(x, -1)[0]!)),
  unary("slice", (x) => tf.slice(x, [1, 1], [2, 2])),
  unary("split", (x) => tf.mul(tf.split(x, [1, 3], 1)[0]!, tf.split(x, [1, 3], 1)[1]!)),
  unary("pad", (x) =>
    tf.pad(
      x as Tensor2D,
      [
        [1, 0],
        [2, 1],
      ],
      0.5,
    ),
  ),
  unary("reverse", (x) => tf.reverse(x, [0])),
  unary("fill and range", (x) => tf.mul(x, tf.add(tf.fill([3, 1], 2), tf.range(0, 4)))),
];
