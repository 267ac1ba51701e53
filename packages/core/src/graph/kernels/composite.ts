import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { defineComposite } from "../kernel.ts";

/** x above zero, alpha·x below, with alpha broadcast. */
defineComposite("Prelu", ({ x, alpha }) => tf.where(tf.less(x!, 0), tf.mul(x!, alpha!), x!));

defineComposite("LogSoftmax", ({ logits }, { axis }) => {
  const along = axis as number;
  const shifted = tf.sub(logits!, tf.max(logits!, along, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), along, true)));
});

defineComposite("LogicalXor", ({ a, b }) => tf.notEqual(a!, b!));

/** `num` numbers from `start` to `stop`, added up in single precision as tfjs does, so that the numbers are the same. */
defineComposite("LinSpace", (_inputs, attributes) => {
  const { start, stop, num } = attributes as Record<"start" | "stop" | "num", number>;
  const values = new Float32Array(num);
  const step = (stop - start) / (num - 1);
  for (let i = 0; i < num; i++) values[i] = i === 0 ? start : values[i - 1]! + step;
  return tf.tensor1d(values);
});

/** A tensor of twice the rank with x on its diagonal. */
defineComposite("Diag", ({ x }) => {
  const size = sizeOf(x!.shape);
  const rows = tf.mul(tf.reshape(x!, [size, 1]), tf.eye(size, size, undefined, x!.dtype as "float32"));
  return tf.reshape(rows, [...x!.shape, ...x!.shape]);
});

defineComposite("FlipLeftRight", ({ image }) => tf.reverse(image!, [2]));

/** 1 where channels lie at most `radius` apart. */
const band = (channels: number, radius: number): Tensor2D => {
  const values = Array.from({ length: channels }, (_, i) =>
    Array.from({ length: channels }, (_unused, j) => (Math.abs(i - j) <= radius ? 1 : 0)),
  );
  return tf.tensor2d(values);
};

/** x · (bias + α·Σ of the squares of the channels within the radius)^−β. */
defineComposite("LRN", ({ x }, attributes) => {
  const { depthRadius, bias, alpha, beta } = attributes as Record<string, number>;
  const channels = x!.shape.at(-1)!;
  const squares = tf.reshape(tf.square(x!), [-1, channels]) as Tensor2D;
  const sums: Tensor = tf.reshape(tf.matMul(squares, band(channels, depthRadius!)), (x as Tensor4D).shape);
  return tf.mul(x!, tf.pow(tf.add(bias!, tf.mul(alpha!, sums)), -beta!));
});
