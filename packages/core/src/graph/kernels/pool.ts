import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import type { Attributes, Node } from "../graph.ts";
import { defineKernel } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { type Channels, convolution, inputGradient, windowAttributes } from "../onnx/convolution.ts";
import { depthwise } from "./conv-tfjs.ts";
import {
  both,
  forTfjs,
  frame,
  poolWindows,
  span,
  takesPadding,
  taps,
  untaps,
  type Windows,
} from "./windows.ts";

const run = (name: string, inputs: NamedTensorMap, attributes: Attributes): Tensor =>
  tf.engine().runKernel(name, inputs, attributes as NamedAttrMap) as Tensor;

const pooled = (shape: readonly number[], attributes: Attributes): number[] => [
  shape[0]!,
  ...poolWindows(shape, attributes).output,
  shape[3]!,
];

/**
 * A pool over images that bring their padding with them.
 *
 * @param outside what the padding holds
 */
const overFramed = (name: string, x: Tensor, windows: Windows, outside: number): Tensor =>
  run(
    name,
    { x: frame(x, windows.before, windows.after, outside) },
    { filterSize: windows.kernel, strides: windows.strides, pad: "valid" },
  );

/** For every place of the window 1 where it holds the greatest value of x, and no place before it does, as in tfjs; else 0. */
function maxima(x: Tensor, y: Tensor, windows: Windows): Tensor[] {
  let found: Tensor | undefined;
  return taps(x, windows, Number.NEGATIVE_INFINITY).map((seen) => {
    const hit = tf.equal(seen, y);
    const first = found ? tf.logicalAnd(hit, tf.logicalNot(found)) : hit;
    found = found ? tf.logicalOr(found, hit) : hit;
    return tf.cast(first, "float32");
  });
}

/** Backends whose kernel takes the first of ties, minds padding, and sets what no window meets to zero. wasm's does none of it. */
const exactMaxima = new Set(["cpu", "tensorflow"]);

defineKernel({
  name: "MaxPool",
  infer: ({ x }, attributes) => [pooled(x!.shape, attributes), x!.dtype],
  channelsFirst: { inputs: ["x"], output: true },
  onnx: ({ inputs, attributes }, { x }, b) =>
    b.add("MaxPool", [x!], windowAttributes(poolWindows(inputs.x!.shape, attributes))),
  tfjs({ x }, attributes) {
    const windows = poolWindows(x!.shape, attributes);
    const given = forTfjs(windows, attributes);
    if (takesPadding(given)) return run("MaxPool", { x: x! }, given);
    return overFramed("MaxPool", x!, windows, Number.NEGATIVE_INFINITY);
  },
  always: true,
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [true],
    gradFunc: (dy, [x, y], attributes) => ({
      x: () => run("MaxPoolGrad", { dy: dy as Tensor, input: x!, output: y! }, attributes as Attributes),
    }),
  },
});

/** dy goes to the greatest place of every window. */
defineKernel({
  name: "MaxPoolGrad",
  infer: ({ input }) => [input!.shape, "float32"],
  channelsFirst: { inputs: ["dy", "input", "output"], output: true },
  onnx({ inputs, attributes }, { dy, input }, b) {
    const [batch, height, width, channels] = inputs.input!.shape as [number, number, number, number];
    const windows = poolWindows(inputs.input!.shape, attributes);
    const sizes = windowAttributes(windows);
    const indices = b.addMany("MaxPool", [input!], 2, sizes)[1]!;
    const shape = [batch, channels, height, width];
    const { kernel, strides } = windows;
    const apart = strides[0] >= kernel[0] && strides[1] >= kernel[1];
    if (apart && !b.double) {
      const { dilations: _none, ...unpool } = sizes;
      return b.add("MaxUnpool", [dy!, indices, b.ints(shape)], unpool);
    }
    const size = sizeOf(inputs.dy!.shape);
    const added = b.add(
      "ScatterElements",
      [b.filled(0, [sizeOf(shape)], "float32"), b.reshape(indices, [size]), b.reshape(dy!, [size])],
      { axis: 0, reduction: "add" },
    );
    return b.reshape(added, shape);
  },
  tfjs({ dy, input, output }, attributes) {
    const windows = poolWindows(input!.shape, attributes);
    if (exactMaxima.has(tf.getBackend()) && takesPadding(attributes)) {
      return run("MaxPoolGrad", { dy: dy!, input: input!, output: output! }, attributes);
    }
    const chosen = maxima(input!, output!, windows);
    return untaps(
      chosen.map((one) => tf.mul(dy!, one)),
      windows,
    );
  },
  always: true,
  gradient: {
    inputsToSave: ["input", "output"],
    gradFunc: (dx, [input, output], attributes) => ({
      dy() {
        const windows = poolWindows(input!.shape, attributes as Attributes);
        const values = taps(dx as Tensor, windows);
        return tf.addN(maxima(input!, output!, windows).map((one, i) => tf.mul(values[i]!, one)));
      },
    }),
  },
});

/** How many places of each window lie inside the image. */
function counts({ kernel, input, output, strides, before }: Windows): number[] {
  const inside = (axis: 0 | 1): number[] =>
    Array.from({ length: output[axis] }, (_, i) => {
      const first = i * strides[axis] - before[axis];
      return Math.min(input[axis], first + kernel[axis]) - Math.max(0, first);
    });
  const [rows, columns] = [inside(0), inside(1)];
  return rows.flatMap((row) => columns.map((column) => row * column));
}

/** 1 / count for every window: one number, or [output height, output width] when some windows meet padding. */
function shares(windows: Windows): number[] {
  const all = counts(windows).map((count) => 1 / count);
  return all.every((share) => share === all[0]) ? [all[0]!] : all;
}

/** The same, to multiply [batch, output height, output width, channels] with. */
function sharesTensor(windows: Windows): Tensor {
  const factors = shares(windows);
  return factors.length === 1 ? tf.scalar(factors[0]!) : tf.tensor(factors, [1, ...windows.output, 1]);
}

const perChannel = (shape: readonly number[]): Channels => ({
  batch: shape[0]!,
  input: shape[3]!,
  output: shape[3]!,
  groups: shape[3]!,
});

/** x / the windows' counts. */
function divide(x: string, windows: Windows, b: OnnxBuilder): string {
  const factors = shares(windows);
  const shape = factors.length === 1 ? [] : [1, 1, ...windows.output];
  return b.add("Mul", [x, b.constant(factors, shape, "float32")]);
}

defineKernel({
  name: "AvgPool",
  infer: ({ x }, attributes) => [pooled(x!.shape, attributes), "float32"],
  channelsFirst: { inputs: ["x"], output: true },
  onnx({ inputs, attributes }, { x }, b) {
    const { shape } = inputs.x!;
    const windows = poolWindows(shape, attributes);
    if (!b.double) return b.add("AveragePool", [x!], windowAttributes(windows));
    const filters = b.filled(1, [shape[3]!, 1, ...windows.kernel], "float32");
    return divide(convolution(x!, filters, perChannel(shape), windows, b), windows, b);
  },
  tfjs({ x }, attributes) {
    const windows = poolWindows(x!.shape, attributes);
    const given = forTfjs(windows, attributes);
    if (takesPadding(given)) return run("AvgPool", { x: x! }, given);
    const size = windows.kernel[0] * windows.kernel[1];
    return tf.mul(overFramed("AvgPool", x!, windows, 0), tf.mul(sharesTensor(windows), size));
  },
  always: true,
  gradient: {
    inputsToSave: ["x"],
    gradFunc: (dy, [x], attributes) => ({
      x: () => run("AvgPoolGrad", { dy: dy as Tensor, input: x! }, attributes as Attributes),
    }),
  },
});

/**
 * Whether tfjs's own gradient is right: it divides by the size of the window even where the window meets padding, and wasm leaves
 * unset what no window meets.
 */
const isExact = (windows: Windows): boolean =>
  [0, 1].every(
    (axis) =>
      windows.before[axis] === 0 &&
      windows.strides[axis]! <= windows.kernel[axis]! &&
      span(windows)[axis]! + windows.kernel[axis]! - 1 === windows.input[axis],
  );

/** Windows that lie side by side and cover the image exactly. */
const tiles = ({ kernel, strides, input, output }: Windows): boolean =>
  [0, 1].every((axis) => kernel[axis] === strides[axis] && input[axis] === output[axis]! * kernel[axis]!);

/** dy / count, added up over the windows in which a place lies. */
defineKernel({
  name: "AvgPoolGrad",
  infer: ({ input }) => [input!.shape, "float32"],
  channelsFirst: { inputs: ["dy"], output: true },
  onnx({ inputs, attributes }: Node, { dy }, b) {
    const { shape } = inputs.input!;
    const windows = poolWindows(shape, attributes);
    const parts = divide(dy!, windows, b);
    if (tiles(windows) && !b.double) {
      const size = b.ints([shape[0]!, shape[3]!, ...both((axis) => windows.input[axis])]);
      const nearest = { coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
      return b.add("Resize", [parts, "", "", size], { mode: "nearest", ...nearest });
    }
    const filters = b.filled(1, [...windows.kernel, shape[3]!, 1], "float32");
    return inputGradient(parts, filters, perChannel(shape), windows, b);
  },
  tfjs({ dy, input }, attributes) {
    const windows = poolWindows(input!.shape, attributes);
    if (isExact(windows)) return run("AvgPoolGrad", { dy: dy!, input: input! }, attributes);
    const filters = tf.ones([...windows.kernel, input!.shape[3]!, 1]);
    return depthwise.toInput(tf.mul(dy!, sharesTensor(windows)), filters, windows);
  },
  always: true,
  gradient: {
    gradFunc: (dx, _saved, attributes) => ({
      dy: () => run("AvgPool", { x: dx as Tensor }, attributes as Attributes),
    }),
  },
});
