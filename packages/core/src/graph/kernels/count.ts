import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineComposite } from "../kernel.ts";

/** Weights as a column; ones of their type when there are none. */
const columnOf = (weights: Tensor, size: number): Tensor =>
  weights.size > 0 ? tf.reshape(weights, [size, 1]) : tf.ones([size, 1], weights.dtype);

/** How often each of 0 … size − 1 occurs in x, or the sum of the weights where it does. Greater numbers are dropped. */
defineComposite("Bincount", ({ x, weights }, { size }) => {
  const ids = tf.reshape(x!, [-1]) as Tensor1D;
  return tf.reshape(tf.unsortedSegmentSum(columnOf(weights!, x!.size), ids, size as number), [
    size as number,
  ]);
});

/** The same, row by row; with `binaryOutput` only whether a number occurs. */
defineComposite("DenseBincount", ({ x, weights }, { size, binaryOutput }) => {
  const bins = size as number;
  const rows = x!.rank === 2 ? x!.shape[0]! : 1;
  const entries = tf.reshape(x!, [rows, -1]);
  const start = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(bins, "int32"));
  const inside = tf.less(entries, tf.scalar(bins, "int32"));
  const places = tf.where(
    inside,
    tf.add(entries, tf.reshape(start, [rows, 1])),
    tf.fill(entries.shape, -1, "int32"),
  );
  const column = binaryOutput ? tf.ones([x!.size, 1], weights!.dtype) : columnOf(weights!, x!.size);
  const counts = tf.unsortedSegmentSum(column, tf.reshape(places, [-1]) as Tensor1D, rows * bins);
  const shaped = tf.reshape(counts, x!.rank === 2 ? [rows, bins] : [bins]);
  return binaryOutput ? tf.cast(tf.greater(shaped, tf.zerosLike(shaped)), weights!.dtype) : shaped;
});
