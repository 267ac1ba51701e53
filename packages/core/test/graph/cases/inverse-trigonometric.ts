import tf from "@tensorflow/tfjs";
import { array } from "../../../src/graph/index.ts";
import { a, asFloat, binary, type Case, column, compare, numbers, unary } from "../case.ts";

const inside = numbers([3, 4], -0.9, 0.9);

export const cases: readonly Case[] = [
  unary("asin", tf.asin, inside),
  unary("acos", tf.acos, inside),
  unary("atan", tf.atan, numbers([3, 4], -4, 4)),
  unary("asinh", tf.asinh),
  unary("acosh", tf.acosh, numbers([3, 4], 1.2, 4)),
  unary("atanh", tf.atanh, inside),
  binary("atan2", tf.atan2),
  binary("atan2, broadcast", tf.atan2, a, column),
  compare("atan2 on the axes", (x, y) => {
    const [one, zero] = [tf.sign(x), tf.zerosLike(y)];
    return tf.stack([tf.atan2(one, zero), tf.atan2(zero, one), tf.atan2(zero, zero)]);
  }),
  {
    name: "bitwiseAnd",
    f: ([x], [i, j]) => tf.mul(x!, asFloat(tf.bitwiseAnd(i!, j!))),
    x: [a],
    ids: [
      array([5, -3, 2 ** 30, -(2 ** 31), 0, -1, 7, 255, 12, -8, 1, 6], [3, 4], "int32"),
      array([3, 6, -1, -5, 9, -1, -2, 127, 10, -24, 3, 5], [3, 4], "int32"),
    ],
  },
  compare("logicalXor", (x, y) => asFloat(tf.logicalXor(tf.greater(x, 0), tf.greater(y, 0)))),
  {
    ...compare("logicalXor, the kernel", (x, y) => {
      const inputs = { a: tf.greater(x, 0), b: tf.greater(y, 0) };
      return asFloat(tf.engine().runKernel("LogicalXor", inputs) as typeof x);
    }),
    own: true,
  },
];
