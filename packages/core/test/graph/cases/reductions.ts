import tf from "@tensorflow/tfjs";
import { asFloat, type Case, flat, unary } from "../case.ts";

export const cases: readonly Case[] = [
  unary("sum", (x) => tf.sum(x)),
  unary("sum of an axis", (x) => tf.sum(x, 1)),
  unary("sum, keepDims", (x) => tf.sum(x, [0], true)),
  unary("mean", (x) => tf.mean(x)),
  unary("mean of an axis", (x) => tf.mean(x, 0)),
  unary("max", (x) => tf.max(x, 1)),
  unary("min", (x) => tf.min(x, 0)),
  flat("all", (x) => asFloat(tf.all(tf.greater(x, -1), 1))),
  flat("any", (x) => asFloat(tf.any(tf.greater(x, 1), 0))),
  flat("argMax", (x) => asFloat(tf.argMax(x, 1))),
  flat("argMin", (x) => asFloat(tf.argMin(x, 0))),
  unary("softmax", (x) => tf.softmax(x)),
  unary("logSoftmax", (x) => tf.logSoftmax(x)),
  unary("logSumExp", (x) => tf.logSumExp(x, 1)),
  unary("cumsum", (x) => tf.cumsum(x, 1)),
  { ...unary("cumsum, exclusive and reverse", (x) => tf.cumsum(x, 0, true, true)), numeric: true },
  flat("prod of an axis", (x) => tf.prod(x, 1)),
  unary("norm", (x) => tf.norm(x)),
];
