import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import fc, { type Arbitrary } from "fast-check";
import { type Graph, inputValues, type Node, own, type Value } from "../../src/graph/graph.ts";
import { segmentMax, segmentMean, segmentSum, stopGradient } from "../../src/graph/index.ts";
import { recording } from "../../src/graph/recording.ts";

/** One op and where it takes its operands from. Numbers are reduced to what fits, so every list of steps is a sound program. */
interface Step {
  readonly op: string;
  readonly a: number;
  readonly b: number;
  readonly k: number;
}

export interface Program {
  readonly inputs: readonly (readonly number[])[];
  readonly steps: readonly Step[];
}

/** A tensor of a program, with a bound on its magnitude by which values are kept tame. */
interface Known {
  readonly x: Tensor;
  readonly bound: number;
}

/** An op gets its operand, a number to choose options by, and all tensors so far; undefined when nothing fits. */
type Op = (a: Known, step: Step, all: readonly Known[]) => Known | undefined;

const largestSize = 400;
const largestBound = 6;
export const fewestKernels = 5;
export const mostKernels = 30;
/** At most: the nine of logSumExp, and a tanh after them. */
const kernelsOfAnOp = 10;

const pick = <T>(from: readonly T[], k: number): T => from[k % from.length]!;

const unary =
  (f: (x: Tensor) => Tensor, bound: (b: number) => number): Op =>
  ({ x, bound: b }) => ({ x: f(x), bound: bound(b) });

const same = (b: number): number => b;
const one = (): number => 1;

const broadcasts = (a: readonly number[], b: readonly number[]): boolean => {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const offset = long.length - short.length;
  if (!short.every((d, i) => d === 1 || long[i + offset] === 1 || d === long[i + offset])) return false;
  return (
    tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]).reduce((n, d) => n * d, 1) <= largestSize
  );
};

const binary =
  (f: (a: Tensor, b: Tensor) => Tensor, bound: (a: number, b: number) => number): Op =>
  (a, step, all) => {
    const b = pick(
      all.filter(({ x }) => broadcasts(a.x.shape, x.shape)),
      step.b,
    );
    const [left, right] = step.k % 2 === 0 ? [a, b] : [b, a];
    return { x: f(left.x, right.x), bound: bound(left.bound, right.bound) };
  };

/** For ops along an axis. */
const along =
  (
    f: (x: Tensor, axis: number, step: Step) => Tensor,
    bound: (b: number, length: number) => number = same,
  ): Op =>
  ({ x, bound: b }, step) => {
    if (x.rank === 0) return undefined;
    const axis = step.k % x.rank;
    return { x: f(x, axis, step), bound: bound(b, x.shape[axis]!) };
  };

const reduction = (
  f: (x: Tensor, axis: number, keepDims: boolean) => Tensor,
  bound?: (b: number, n: number) => number,
): Op => along((x, axis, { b }) => f(x, axis, b % 2 === 0), bound);

const ids = (rows: number, segments: number, k: number): Tensor1D =>
  tf.tensor1d(
    Array.from({ length: rows }, (_, i) => ((i * (k + 1) + (i >> 1)) % (segments + 1)) - 1),
    "int32",
  );

const segments =
  (f: (x: Tensor, ids: Tensor1D, count: number) => Tensor, bound: (b: number, n: number) => number): Op =>
  ({ x, bound: b }, { k }) => {
    if (x.rank < 2) return undefined;
    const count = 1 + (k % 4);
    return { x: f(x, ids(x.shape[0]!, count, k), count), bound: bound(b, x.shape[0]!) };
  };

/** One image whose sides and channels divide the tensor's size. */
function image({ x, bound }: Known, k: number): { x: Tensor4D; bound: number } {
  const divisors = [1, 2, 3].filter((d) => x.size % d === 0);
  const channels = pick(divisors, k);
  const pixels = x.size / channels;
  const sides = Array.from({ length: pixels }, (_, i) => i + 1).filter((d) => pixels % d === 0);
  const height = sides[Math.floor(sides.length / 2)]!;
  return { x: tf.reshape(x, [1, height, pixels / height, channels]), bound };
}

const convolution: Op = (a, { k, b }) => {
  const { x, bound } = image(a, k);
  const channels = x.shape[3];
  const size = 1 + (b % 3);
  const filter = tf.tensor4d(
    Array.from({ length: size * size * channels * 2 }, (_, i) => Math.cos(i + k)),
    [size, size, channels, 2],
  );
  return { x: tf.conv2d(x, filter, 1 + (k % 2), "same"), bound: bound * size * size * channels };
};

const pool =
  (f: (x: Tensor4D, size: number, stride: number) => Tensor): Op =>
  (a, { k, b }) => {
    const { x, bound } = image(a, k);
    const size = Math.min(1 + (b % 3), x.shape[1], x.shape[2]);
    return { x: f(x, size, 1 + (k % 2)), bound };
  };

const product: Op = (a, { b: choice, k }, all) => {
  if (a.x.rank < 2) return undefined;
  const inner = a.x.shape.at(-1)!;
  const fits = all.filter(({ x }) => x.rank === 2 && x.shape[k % 2] === inner);
  if (fits.length === 0) return { x: tf.matMul(a.x, a.x, false, true), bound: inner * a.bound * a.bound };
  const { x, bound } = pick(fits, choice);
  const left = tf.reshape(a.x, [-1, inner]);
  return { x: tf.matMul(left, x, false, k % 2 === 1), bound: inner * a.bound * bound };
};

const permutation = (rank: number, k: number): number[] => {
  const left = Array.from({ length: rank }, (_, i) => i);
  return Array.from({ length: rank }, (_, i) => left.splice((k >> i) % left.length, 1)[0]!);
};

const slice: Op = along((x, axis, { b }) => {
  const from = b % x.shape[axis]!;
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((d, i) => (i === axis ? d - from : d)),
  );
});

const joined: Op = (a, { b: choice, k }, all) => {
  if (a.x.rank === 0) return undefined;
  const axis = k % a.x.rank;
  const fits = all.filter(
    ({ x }) => x.rank === a.x.rank && x.shape.every((d, i) => i === axis || d === a.x.shape[i]),
  );
  const b = pick(fits, choice);
  return { x: tf.concat([a.x, b.x], axis), bound: Math.max(a.bound, b.bound) };
};

const flatOps: Record<string, Op> = {
  reshape: ({ x, bound }, { k }) => {
    const divisors = Array.from({ length: x.size }, (_, i) => i + 1).filter((d) => x.size % d === 0);
    const columns = pick(divisors, k);
    return { x: tf.reshape(x, [x.size / columns, columns]), bound };
  },
  transpose: ({ x, bound }, { k }) => ({ x: tf.transpose(x, permutation(x.rank, k)), bound }),
  expandDims: ({ x, bound }, { k }) =>
    x.rank > 3 ? undefined : { x: tf.expandDims(x, k % (x.rank + 1)), bound },
  slice,
  concat: joined,
  stack: ({ x, bound }, { k }) =>
    x.rank > 3 ? undefined : { x: tf.stack([x, tf.neg(x)], k % (x.rank + 1)), bound },
  unstack: along((x, axis, { b }) => pick(tf.unstack(x, axis), b)),
  pad: ({ x, bound }, { k }) => {
    const paddings = x.shape.map((_, i): [number, number] => [(k >> i) % 2, (k >> (i + 1)) % 2]);
    return x.rank === 0 ? undefined : { x: tf.pad(x, paddings, 0.5), bound: Math.max(bound, 1) };
  },
  reverse: along((x, axis) => tf.reverse(x, axis)),
  tile: along((x, axis) =>
    tf.tile(
      x,
      x.shape.map((_, i) => (i === axis ? 2 : 1)),
    ),
  ),
  gather: along((x, axis, { b }) => {
    const rows = x.shape[axis]!;
    return tf.gather(x, tf.tensor1d([b % rows, 0, (b + 1) % rows], "int32"), axis);
  }),
};

export const ops: Readonly<Record<string, Op>> = {
  ...flatOps,
  tanh: unary(tf.tanh, one),
  sigmoid: unary(tf.sigmoid, one),
  sin: unary(tf.sin, one),
  exp: unary(
    (x) => tf.exp(tf.sigmoid(x)),
    () => Math.E,
  ),
  log: unary((x) => tf.log(tf.add(tf.abs(x), 1)), same),
  sqrt: unary(
    (x) => tf.sqrt(tf.add(tf.square(x), 0.5)),
    (b) => b + 1,
  ),
  rsqrt: unary(
    (x) => tf.rsqrt(tf.add(tf.square(x), 0.5)),
    () => Math.SQRT2,
  ),
  square: unary(tf.square, (b) => b * b),
  abs: unary(tf.abs, same),
  neg: unary(tf.neg, same),
  relu: unary(tf.relu, same),
  elu: unary(tf.elu, same),
  softplus: unary(tf.softplus, (b) => b + 1),
  erf: unary(tf.erf, one),
  clip: unary((x) => tf.clipByValue(x, -0.7, 0.9), one),
  stopGradient: unary((x) => stopGradient(x), same),
  add: binary(tf.add, (a, b) => a + b),
  sub: binary(tf.sub, (a, b) => a + b),
  mul: binary(tf.mul, (a, b) => a * b),
  div: binary(
    (a, b) => tf.div(a, tf.add(tf.square(b), 0.5)),
    (a) => 2 * a,
  ),
  maximum: binary(tf.maximum, Math.max),
  minimum: binary(tf.minimum, Math.max),
  squaredDifference: binary(tf.squaredDifference, (a, b) => (a + b) ** 2),
  where: binary((a, b) => tf.where(tf.greater(a, b), tf.mul(a, 0.5), b), Math.max),
  sum: reduction(tf.sum, (b, n) => b * n),
  mean: reduction(tf.mean),
  max: reduction(tf.max),
  min: reduction(tf.min),
  logSumExp: reduction(tf.logSumExp, (b, n) => b + Math.log(n)),
  softmax: ({ x }) => (x.rank === 0 ? undefined : { x: tf.softmax(x), bound: 1 }),
  cumsum: along(
    (x, axis, { b }) => tf.cumsum(x, axis, b % 2 === 0, b % 3 === 0),
    (b, n) => b * n,
  ),
  matMul: product,
  segmentSum: segments(segmentSum, (b, n) => b * n),
  segmentMean: segments(segmentMean, same),
  segmentMax: segments(segmentMax, same),
  conv2d: convolution,
  maxPool: pool((x, size, stride) => tf.maxPool(x, size, stride, "same")),
  avgPool: pool((x, size, stride) => tf.avgPool(x, size, stride, "valid")),
};

/** Constants and inputs compute nothing. */
export const kernelsOf = (nodes: readonly Node[]): string[] =>
  nodes.map(({ kernel }) => kernel).filter((kernel) => kernel !== own.input && kernel !== own.constant);

/** The tensors of a program that no other step uses. Runs in a trace. */
export function runProgram({ steps }: Program, inputs: readonly Tensor[]): Tensor[] {
  const all: Known[] = inputs.map((x) => ({ x, bound: 1 }));
  for (const step of steps) {
    if (kernelsOf(recording().nodes).length > mostKernels - kernelsOfAnOp) break;
    const a = pick(all, step.a);
    const made = ops[step.op]!(a, step, all) ?? { x: tf.tanh(a.x), bound: 1 };
    if (made.x.size > largestSize || made.x.rank > 4) all.push({ x: tf.mean(made.x), bound: made.bound });
    else all.push(made.bound > largestBound ? { x: tf.tanh(made.x), bound: 1 } : made);
  }
  const used = new Set(recording().nodes.flatMap((node) => inputValues(node)));
  const unused = all.slice(inputs.length).filter(({ x }) => !used.has(recording().read(x)));
  return unused.map(({ x }) => x);
}

const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });

export const programs: Arbitrary<Program> = fc.record({
  inputs: fc.array(shape, { minLength: 2, maxLength: 3 }),
  steps: fc.array(
    fc.record({
      op: fc.constantFrom(...Object.keys(ops)),
      a: fc.nat(999),
      b: fc.nat(999),
      k: fc.nat(999),
    }),
    { minLength: fewestKernels, maxLength: 24, size: "max" },
  ),
});

/** A graph as text, one kernel a line. */
export function printGraph(graph: Graph): string {
  const name = ({ id, shape }: Value): string => `v${id}[${shape.join()}]`;
  return graph.nodes
    .map(({ kernel, inputs, outputs, attributes }) => {
      const given = Object.entries(inputs).map(([key, value]) => `${key}: ${name(value)}`);
      return `${outputs.map(name).join(", ")} = ${kernel}(${given.join(", ")}) ${JSON.stringify(attributes)}`;
    })
    .join("\n");
}
