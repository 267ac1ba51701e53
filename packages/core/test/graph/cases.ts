import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import type { NDArray } from "../../src/graph/index.ts";
import { array, gram, segmentMax, segmentMean, segmentSum, stopGradient } from "../../src/graph/index.ts";

/** One use of kernels: a function of float tensors (differentiated) and integer tensors (not). */
export interface Case {
  readonly name: string;
  readonly f: (x: Tensor[], ids: Tensor[]) => Tensor;
  readonly x: readonly NDArray[];
  readonly ids?: readonly NDArray[];
  /** Runs only in a trace: own kernels have no eager form. */
  readonly own?: boolean;
  /** tfjs has no gradient, or a wrong one: numeric differences are the reference. */
  readonly numeric?: boolean;
  /** Piecewise constant: nothing to differentiate. */
  readonly flat?: boolean;
}

/** Irregular numbers in [low, high] that keep away from 0 and from each other, so that no case sits on a kink. */
function numbers(shape: number[], low = -2, high = 2, phase = 0): NDArray {
  const size = shape.reduce((n, d) => n * d, 1);
  const values = Array.from({ length: size }, (_, i) => {
    const u = (i * 0.618033988749895 + phase + 0.137) % 1;
    const v = low + (high - low) * u;
    return Math.abs(v) < 0.05 ? v + 0.1 : v;
  });
  return array(values, shape);
}

const ints = (values: number[], shape = [values.length]): NDArray => array(values, shape, "int32");
const a = numbers([3, 4]);
const b = numbers([3, 4], -2, 2, 0.4);
const row = numbers([4], -1.5, 1.5, 0.7);
const column = numbers([3, 1], 0.3, 2, 0.2);
const positive = numbers([3, 4], 0.2, 3);

const unary = (name: string, f: (x: Tensor) => Tensor, x: NDArray = a): Case => ({
  name,
  f: ([t]) => f(t!),
  x: [x],
});
const flat = (name: string, f: (x: Tensor) => Tensor, x: NDArray = a): Case => ({
  ...unary(name, f, x),
  flat: true,
});
const binary = (name: string, f: (x: Tensor, y: Tensor) => Tensor, x: NDArray = a, y: NDArray = b): Case => ({
  name,
  f: ([s, t]) => f(s!, t!),
  x: [x, y],
});
const compare = (name: string, f: (x: Tensor, y: Tensor) => Tensor): Case => ({
  ...binary(name, f),
  flat: true,
});
const asFloat = (t: Tensor): Tensor => tf.cast(t, "float32");

const elementwise: Case[] = [
  unary("exp", tf.exp),
  unary("expm1", tf.expm1),
  unary("log", tf.log, positive),
  unary("log1p", tf.log1p, positive),
  unary("sqrt", tf.sqrt, positive),
  unary("rsqrt", tf.rsqrt, positive),
  unary("reciprocal", tf.reciprocal),
  unary("sin", tf.sin),
  unary("cos", tf.cos),
  unary("tan", tf.tan, numbers([3, 4], -1, 1)),
  unary("sinh", tf.sinh),
  unary("cosh", tf.cosh),
  unary("tanh", tf.tanh),
  unary("sigmoid", tf.sigmoid),
  unary("erf", tf.erf),
  unary("softplus", tf.softplus),
  unary("elu", tf.elu),
  unary("selu", tf.selu),
  unary("relu", tf.relu),
  unary("relu6", tf.relu6, numbers([3, 4], -3, 9)),
  unary("leakyRelu", (x) => tf.leakyRelu(x, 0.1)),
  unary("gelu", (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2)))))),
  unary("abs", tf.abs),
  unary("neg", tf.neg),
  unary("square", tf.square),
  unary("clip", (x) => tf.clipByValue(x, -1, 1.2)),
  unary("identity", (x) => tf.clone(x)),
  flat("step", (x) => tf.step(x, 0.25)),
  flat("sign", tf.sign),
  flat("floor", tf.floor),
  flat("ceil", tf.ceil),
  flat("round", tf.round),
  flat("isNaN", (x) => asFloat(tf.isNaN(tf.log(x)))),
  flat("isInf", (x) => asFloat(tf.isInf(tf.div(x, tf.relu(x))))),
  flat("isFinite", (x) => asFloat(tf.isFinite(tf.div(x, tf.relu(x))))),
  flat("logicalNot", (x) => asFloat(tf.logicalNot(tf.greater(x, 0)))),
  flat("onesLike and zerosLike", (x) => tf.add(tf.onesLike(x), tf.zerosLike(x))),
  flat("cast to int32 and back", (x) => asFloat(tf.cast(x, "int32"))),
  binary("add", tf.add),
  binary("add, broadcast", tf.add, a, row),
  binary("sub, broadcast", tf.sub, a, column),
  binary("mul", tf.mul),
  binary("mul, broadcast", tf.mul, row, column),
  binary("div", tf.div),
  binary("div, broadcast", tf.div, a, column),
  binary("pow", tf.pow, positive, b),
  binary("maximum", tf.maximum),
  binary("minimum", tf.minimum),
  binary("squaredDifference", tf.squaredDifference),
  binary("mod", tf.mod, numbers([3, 4], -5, 5), numbers([3, 4], 0.6, 2.3)),
  compare("floorDiv", tf.floorDiv),
  compare("equal", (x, y) => asFloat(tf.equal(tf.round(x), tf.round(y)))),
  compare("notEqual", (x, y) => asFloat(tf.notEqual(tf.round(x), tf.round(y)))),
  compare("greater", (x, y) => asFloat(tf.greater(x, y))),
  compare("greaterEqual", (x, y) => asFloat(tf.greaterEqual(x, y))),
  compare("less", (x, y) => asFloat(tf.less(x, y))),
  compare("lessEqual", (x, y) => asFloat(tf.lessEqual(x, y))),
  compare("logicalAnd", (x, y) => asFloat(tf.logicalAnd(tf.greater(x, 0), tf.greater(y, 0)))),
  compare("logicalOr", (x, y) => asFloat(tf.logicalOr(tf.greater(x, 0), tf.greater(y, 0)))),
  { ...binary("where", (x, y) => tf.where(tf.greater(x, y), tf.square(x), y)), numeric: true },
  { ...binary("maximum, broadcast", tf.maximum, a, column), numeric: true },
  { ...binary("minimum, broadcast", tf.minimum, row, column), numeric: true },
  { ...binary("squaredDifference, broadcast", tf.squaredDifference, a, column), numeric: true },
  binary("pow, broadcast", tf.pow, positive, row),
  compare("where over bools", (x, y) => asFloat(tf.where(tf.greater(x, y), tf.greater(x, 0), tf.less(y, 0)))),
  { name: "addN", f: (x) => tf.addN([...x, x[0]!]), x: [a, b] },
];

const reductions: Case[] = [
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

const shapes: Case[] = [
  unary("reshape", (x) => tf.reshape(x, [2, -1])),
  unary("expandDims and squeeze", (x) => tf.squeeze(tf.expandDims(x, 1))),
  unary("transpose", (x) => tf.transpose(x)),
  unary("transpose of rank 3", (x) => tf.transpose(tf.reshape(x, [3, 2, 2]), [1, 2, 0])),
  unary("broadcastTo", (x) => tf.broadcastTo(x, [2, 3, 4])),
  unary("tile", (x) => tf.tile(x, [2, 3])),
  binary("concat", (x, y) => tf.concat([x, y, x], 1)),
  binary("stack", (x, y) => tf.stack([x, y], 1)),
  unary("unstack", (x) => tf.mul(tf.unstack(x, 1)[2]!, tf.unstack(x, 1)[0]!)),
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

const products: Case[] = [
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

const ids = ints([2, 0, 2, -1, 1, 2]);
const rows = numbers([6, 3]);
const gathered: Case[] = [
  { name: "gather", f: ([x], [i]) => tf.gather(x!, i as Tensor1D), x: [a], ids: [ints([2, 0, 0, 1])] },
  {
    name: "gather along axis 1",
    f: ([x], [i]) => tf.gather(x!, i as Tensor1D, 1),
    x: [a],
    ids: [ints([3, 3, 0])],
  },
  {
    name: "gather of a table by a matrix",
    f: ([x], [i]) => tf.sum(tf.square(tf.gather(x!, i!)), 1),
    x: [numbers([7, 3])],
    ids: [ints([6, 0, 3, 3, 1, 6], [3, 2])],
  },
  {
    name: "gather with batchDims",
    f: ([x], [i]) => tf.gather(x!, i!, 1, 1),
    x: [numbers([2, 3, 2])],
    ids: [ints([2, 0, 0, 1, 1, 1], [2, 3])],
    own: true,
  },
  {
    name: "oneHot",
    f: ([x], [i]) => tf.matMul(asFloat(tf.oneHot(i as Tensor1D, 3)) as Tensor2D, x as Tensor2D),
    x: [a],
    ids: [ints([2, 0, 1, 2])],
  },
  {
    name: "unsortedSegmentSum",
    f: ([x], [i]) => tf.unsortedSegmentSum(x!, i as Tensor1D, 4),
    x: [rows],
    ids: [ids],
  },
  {
    name: "segmentSum, ids as an argument, 300 segments",
    f: ([x], [i]) => segmentSum(x!, i as Tensor1D, 300),
    x: [rows],
    ids: [ints([299, 0, 299, -1, 7, 7])],
    own: true,
  },
  {
    name: "segmentSum, computed ids, 300 segments",
    f: ([x], [i]) => segmentSum(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ints([299, 0, 299, 8, 7, 7])],
    own: true,
  },
  {
    name: "segmentMean",
    f: ([x], [i]) => segmentMean(x!, i as Tensor1D, 4),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "segmentMean, 300 segments",
    f: ([x], [i]) => segmentMean(x!, i as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "segmentMean, computed ids, 300 segments",
    f: ([x], [i]) => segmentMean(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  { name: "segmentMax", f: ([x], [i]) => segmentMax(x!, i as Tensor1D, 4), x: [rows], ids: [ids], own: true },
  {
    name: "segmentMax, computed ids",
    f: ([x], [i]) => segmentMax(x!, tf.sub(i!, tf.scalar(1, "int32")) as Tensor1D, 300),
    x: [rows],
    ids: [ids],
    own: true,
  },
  {
    name: "message passing",
    f: ([h, e, w], [from, to]) => {
      const messages = tf.relu(tf.add(tf.gather(h!, from as Tensor1D), e!));
      return tf.tanh(tf.matMul(segmentSum(messages, to as Tensor1D, 4) as Tensor2D, w as Tensor2D));
    },
    x: [numbers([4, 3]), numbers([5, 3], -1, 1, 0.5), numbers([3, 2])],
    ids: [ints([0, 1, 2, 3, 1]), ints([1, 0, 3, -1, 3])],
    own: true,
  },
];

const ours: Case[] = [
  { ...flat("stopGradient", (x) => stopGradient(x)), own: true },
  {
    name: "gram",
    f: ([x, y]) =>
      gram([
        { p: x!, q: y! },
        { p: y!, q: x! },
      ]),
    x: [a, b],
    own: true,
    flat: true,
  },
  {
    name: "custom gradient",
    f: ([x]) =>
      tf.customGrad((t, save) => {
        (save as (t: Tensor[]) => void)([t as Tensor]);
        return {
          value: tf.square(t as Tensor),
          gradFunc: (dy: Tensor, [s]: Tensor[]) => tf.mul(dy, tf.mul(2, s!)),
        };
      })(x!),
    x: [a],
  },
];

export const cases: readonly Case[] = [
  ...elementwise,
  ...reductions,
  ...shapes,
  ...products,
  ...gathered,
  ...ours,
];
