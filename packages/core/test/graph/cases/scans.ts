import tf from "@tensorflow/tfjs";
import { array } from "../../../src/graph/index.ts";
import { a, type Case, flat, ints, numbers, unary } from "../case.ts";

const zeros = array([1.5, 0, -0.7, 2, 0, 0.6, 0, -1.1, 0.8, 1.2, -0.9, 0.4], [3, 4]);
const sevens = numbers([2, 7, 2], 0.5, 1.5);

export const cases: readonly Case[] = [
  { ...unary("prod", (x) => tf.prod(x, 1)), numeric: true },
  { ...unary("prod of everything", (x) => tf.prod(x), numbers([2, 3], 0.5, 1.6)), numeric: true },
  { ...unary("prod of two axes, keepDims", (x) => tf.prod(x, [0, 2], true), sevens), numeric: true },
  { ...unary("prod of the last axis, zeros among it", (x) => tf.prod(x, -1), zeros), numeric: true },
  { ...unary("cumprod", (x) => tf.cumprod(x, 1)), numeric: true },
  { ...unary("cumprod, zeros in it", (x) => tf.cumprod(x, 0), zeros), numeric: true },
  { ...unary("cumprod, exclusive and reverse", (x) => tf.cumprod(x, 1, true, true), sevens), numeric: true },
  { ...unary("cumsum of the middle axis", (x) => tf.cumsum(x, 1), sevens), numeric: true },
  {
    ...unary("tile of rank 5", (x) => tf.tile(tf.reshape(x, [1, 3, 2, 1, 2]), [2, 1, 2, 3, 1])),
    numeric: true,
  },
  unary("tile of rank 3", (x) => tf.tile(x, [2, 1, 3]), numbers([2, 3, 1])),
  flat("linspace", (x) => tf.mul(x, tf.linspace(-1, 2, 4))),
  {
    name: "top-k",
    f: ([x]) => tf.topk(x!, 2).values,
    x: [a],
    numeric: true,
  },
  flat("where the top-k stand, ties in order", (x) => {
    const { values, indices } = tf.topk(tf.round(x), 3);
    return tf.add(values, tf.mul(10, tf.cast(indices, "float32")));
  }),
  {
    name: "sort, argsort and ranks by top-k",
    f: ([x, y]) => {
      const { values, indices } = tf.topk(tf.neg(x!), 4);
      return tf.mul(tf.neg(values), tf.gather(y!, indices, 1, 1));
    },
    x: [a, numbers([3, 4], -2, 2, 0.4)],
    numeric: true,
    own: true,
  },
  flat("searchSorted", (x) => {
    const sorted = tf.tensor2d([
      [-1.5, -0.5, 0.5, 1.5],
      [-2, 0, 0, 2],
      [-1, -1, -1, 1],
    ]);
    const [low, high] = [tf.lowerBound(sorted, tf.round(x)), tf.upperBound(sorted, tf.round(x))];
    return tf.cast(tf.add(low, tf.mul(high, tf.scalar(10, "int32"))), "float32");
  }),
  {
    name: "bincount with weights",
    f: ([w], [i]) => tf.bincount(i as never, w as never, 4),
    x: [numbers([6])],
    ids: [ints([2, 0, 2, 9, 1, 2])],
    numeric: true,
  },
  {
    name: "denseBincount",
    f: ([w], [i]) => tf.denseBincount(i as never, w as never, 4),
    x: [numbers([2, 3])],
    ids: [ints([2, 0, 2, 9, 1, 2], [2, 3])],
    numeric: true,
  },
  {
    name: "bincount of ints, and binary",
    f: ([x], [i]) => {
      const none = tf.tensor1d([], "int32");
      const counts = tf.bincount(tf.reshape(i!, [-1]) as never, none, 4);
      return tf.mul(
        x!,
        tf.cast(tf.add(counts, tf.denseBincount(i as never, none as never, 4, true)), "float32"),
      );
    },
    x: [numbers([2, 4])],
    ids: [ints([2, 0, 2, 9, 1, 2], [2, 3])],
  },
];
