import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { a, b, type Case, flat, numbers, positive, row, unary } from "../case.ts";

const wide = numbers([3, 4], -30, 30);

export const cases: readonly Case[] = [
  { name: "prelu", f: ([x, alpha]) => tf.prelu(x!, alpha!), x: [a, numbers([3, 4], 0.1, 0.9)] },
  { name: "prelu, one slope a column", f: ([x, alpha]) => tf.prelu(x!, alpha!), x: [a, row] },
  unary("swish", (x) => tf.mul(x, tf.sigmoid(x))),
  unary("mish", (x) => tf.mul(x, tf.tanh(tf.softplus(x)))),
  unary("gelu by tanh", (x) => {
    const cubic = tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))));
    return tf.mul(tf.mul(0.5, x), tf.add(1, tf.tanh(cubic)));
  }),
  unary("hardSigmoid", (x) => tf.clipByValue(tf.add(tf.mul(0.2, x), 0.5), 0, 1), numbers([3, 4], -4, 4)),
  unary("logSigmoid", tf.logSigmoid),
  flat("softplus, far out", tf.softplus, wide),
  flat("logSigmoid, far out", tf.logSigmoid, wide),
  {
    ...unary(
      "logSoftmax, the kernel",
      (x) => tf.engine().runKernel("LogSoftmax", { logits: x }, { axis: 0 }) as Tensor,
    ),
    own: true,
  },
  { name: "divNoNan", f: ([x, y]) => tf.divNoNan(x!, y!), x: [a, b], numeric: true },
  flat("divNoNan by zero", (x) => tf.divNoNan(x, tf.relu(x))),
  unary("pow, whole exponents of negative bases", (x) => tf.add(tf.pow(x, 2), tf.pow(x, 3))),
  flat("floorDiv gives ints", (x) => tf.mul(tf.cast(tf.floorDiv(x, 0.4), "float32"), 0.5)),
  { name: "mod, broadcast", f: ([x, y]) => tf.mod(x!, y!), x: [positive, row] },
  {
    name: "huber loss",
    f: ([x, y]) => tf.losses.huberLoss(y!, x!, undefined, 0.7),
    x: [a, b],
  },
  {
    name: "sigmoid cross entropy",
    f: ([x, y]) => tf.losses.sigmoidCrossEntropy(tf.sigmoid(y!), x!),
    x: [a, b],
  },
  unary("softmax cross entropy", (x) =>
    tf.losses.softmaxCrossEntropy(tf.softmax(tf.cos(tf.range(0, 12).reshape([3, 4]))), x),
  ),
  {
    name: "cosine distance and log loss",
    f: ([x, y]) =>
      tf.add(tf.losses.cosineDistance(y!, x!, 1), tf.losses.logLoss(tf.sigmoid(y!), tf.sigmoid(x!))),
    x: [a, b],
  },
];
