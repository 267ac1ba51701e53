import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { a, binary, type Case, numbers, row } from "../case.ts";

export const cases: readonly Case[] = [
  binary("matMul", (x, y) => tf.matMul(x as Tensor2D, y as Tensor2D), a, numbers([4, 2], -1, 1, 0.3)),
  binary(
    "matMul, both transposed",
    (x, y) => tf.matMul(x as Tensor2D, y as Tensor2D, true, true),
    a,
    numbers([2, 3]),
  ),
  binary(
    "matMul, batched",
    (x, y) => tf.matMul(x as Tensor3D, y as Tensor3D, false, true),
    numbers([2, 3, 4]),
    numbers([2, 5, 4]),
  ),
  {
    name: "fused dense layer",
    f: ([x, w, c]) => tf.fused.matMul({ a: x as Tensor2D, b: w as Tensor2D, bias: c!, activation: "elu" }),
    x: [a, numbers([4, 2], -1, 1, 0.3), numbers([2])],
    numeric: true,
  },
  {
    name: "fused dense layer with a slope",
    f: ([x, w, slope]) =>
      tf.fused.matMul({
        a: x as Tensor2D,
        b: w as Tensor2D,
        activation: "prelu",
        preluActivationWeights: slope!,
      }),
    x: [a, numbers([4, 2], -1, 1, 0.3), numbers([2], 0.1, 0.6)],
    numeric: true,
  },
  {
    name: "layer norm",
    f: ([x, scale, shift]) => {
      const mean = tf.mean(x!, 1, true);
      const variance = tf.mean(tf.squaredDifference(x!, mean), 1, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x!, mean), tf.rsqrt(tf.add(variance, 1e-5))), scale!), shift!);
    },
    x: [a, row, numbers([4], -1, 1, 0.1)],
    numeric: true,
  },
  {
    name: "attention",
    f: ([q, k, v]) => {
      const scores = tf.div(tf.matMul(q as Tensor3D, k as Tensor3D, false, true), Math.sqrt(3));
      return tf.matMul(tf.softmax(scores), v as Tensor3D);
    },
    x: [numbers([2, 4, 3], -1, 1), numbers([2, 4, 3], -1, 1, 0.3), numbers([2, 4, 3], -1, 1, 0.6)],
  },
];
