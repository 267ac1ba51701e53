import type { NamedAttrMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type DType, emptyData, sizeOf } from "../array.ts";
import type { Attributes } from "../graph.ts";
import { defineKernel, type Output } from "../kernel.ts";
import { axisFirst, perAxisFirst } from "../onnx/layout.ts";
import { floatsOf } from "./floats.ts";

const axisOf = (axis: unknown, shape: readonly number[]): number =>
  tf.util.parseAxisParam(axis as number, [...shape])[0]!;

defineKernel({
  name: "Reshape",
  infer: ({ x }, { shape }) => [
    tf.util.inferFromImplicitShape(shape as number[], sizeOf(x!.shape)),
    x!.dtype,
  ],
  onnx: ({ outputs: [y] }, { x }, b) => b.reshape(x!, y!.shape),
});

defineKernel({
  name: "ExpandDims",
  infer({ input }, { dim }) {
    const shape = [...input!.shape];
    const at = dim as number;
    shape.splice(at < 0 ? shape.length + 1 + at : at, 0, 1);
    return [shape, input!.dtype];
  },
  onnx: ({ outputs: [y] }, { input }, b) => b.reshape(input!, y!.shape),
});

defineKernel({
  name: "Transpose",
  infer: ({ x }, { perm }) => [(perm as number[]).map((p) => x!.shape[p]!), x!.dtype],
  onnx: ({ attributes }, { x }, b) => b.add("Transpose", [x!], { perm: attributes.perm as number[] }),
  // tfjs's program for WebGPU does not compile for integers, and all of its others move those as floats.
  tfjs({ x }, { perm }) {
    const direct = x!.dtype === "float32" || tf.getBackend() !== "webgpu";
    if (direct) return tf.transpose(x!, perm as number[]);
    return tf.cast(tf.transpose(floatsOf(x!), perm as number[]), x!.dtype);
  },
  always: true,
});

defineKernel({
  name: "BroadcastTo",
  infer: ({ x }, { shape }) => [shape as number[], x!.dtype],
  onnx: ({ outputs: [y] }, { x }, b) => b.add("Expand", [x!, b.ints(y!.shape)]),
  // tf.broadcastTo tiles, which all backends have.
  tfjs: ({ x }, { shape }) => tf.broadcastTo(x!, shape as number[]),
});

defineKernel({
  name: "Tile",
  infer: ({ x }, { reps }) => [x!.shape.map((d, i) => d * (reps as number[])[i]!), x!.dtype],
  onnx: ({ attributes }, { x }, b) => b.add("Tile", [x!, b.ints(attributes.reps as number[])]),
  // tfjs's own adds up one slice a repetition, and stops at rank 4.
  gradient: {
    inputsToSave: ["x"],
    gradFunc: (dy, [x], { reps }) => ({
      x() {
        let sum = dy as Tensor;
        (reps as number[]).forEach((times, axis) => {
          if (times === 1) return;
          const { shape } = sum;
          const after = sizeOf(shape.slice(axis)) / times;
          const folded = tf.reshape(sum, [sizeOf(shape.slice(0, axis)), times, after]);
          const reduced = shape.map((d, i) => (i === axis ? x!.shape[axis]! : d));
          sum = tf.reshape(tf.sum(folded, 1), reduced);
        });
        return sum;
      },
    }),
  },
});

defineKernel({
  name: "Concat",
  infer(inputs, { axis }) {
    const shapes = Object.values(inputs).map((i) => i.shape);
    return [tf.backend_util.computeOutShape(shapes, axisOf(axis, shapes[0]!)), inputs[0]!.dtype];
  },
  onnx: ({ attributes, inputs }, names, b) =>
    b.add("Concat", Object.values(names), { axis: axisOf(attributes.axis, inputs[0]!.shape) }),
  attributesFirst: ({ attributes }) => ({ ...attributes, axis: axisFirst(attributes.axis as number) }),
});

defineKernel({
  name: "Pack",
  infer(inputs, { axis }) {
    const shape = [...inputs[0]!.shape];
    const at = (axis as number) < 0 ? shape.length + 1 + (axis as number) : (axis as number);
    shape.splice(at, 0, Object.keys(inputs).length);
    return [shape, inputs[0]!.dtype];
  },
  onnx({ attributes }, names, b) {
    const axis = attributes.axis as number;
    const rows = Object.values(names).map((x) => b.add("Unsqueeze", [x, b.ints([axis])]));
    return b.add("Concat", rows, { axis });
  },
});

defineKernel({
  name: "Unpack",
  infer({ value }, { axis }) {
    const at = axisOf(axis, value!.shape);
    const shape = value!.shape.filter((_, i) => i !== at);
    return Array.from({ length: value!.shape[at]! }, (): Output => [shape, value!.dtype]);
  },
  // tfjs's own takes no list of a single gradient.
  gradient: {
    gradFunc: (dys, _saved, { axis }) => ({ value: () => tf.stack([dys].flat(), axis as number) }),
  },
  onnx({ attributes, inputs, outputs }, { value }, b) {
    const axis = axisOf(attributes.axis, inputs.value!.shape);
    const parts = b.addMany("Split", [value!], outputs.length, { axis, num_outputs: outputs.length });
    return parts.map((part) => b.add("Squeeze", [part, b.ints([axis])]));
  },
});

const slicing = (
  shape: readonly number[],
  { begin, size }: Record<string, unknown>,
): [number[], number[]] => {
  const [from, lengths] = tf.slice_util.parseSliceParams(
    { shape } as Tensor,
    begin as number[],
    size as number[],
  );
  return [from!, lengths!];
};

defineKernel({
  name: "Slice",
  infer: ({ x }, attributes) => [slicing(x!.shape, attributes)[1], x!.dtype],
  onnx({ inputs, attributes }, { x }, b) {
    const [from, lengths] = slicing(inputs.x!.shape, attributes);
    if (from.length === 0) return b.add("Identity", [x!]);
    const to = from.map((f, i) => f + lengths[i]!);
    return b.add("Slice", [x!, b.ints(from), b.ints(to), b.ints(from.map((_, i) => i))]);
  },
  attributesFirst({ inputs, attributes }) {
    const [begin, size] = slicing(inputs.x!.shape, attributes);
    return { begin: perAxisFirst(begin), size: perAxisFirst(size) };
  },
});

const splitSizes = (
  x: { shape: readonly number[] },
  attributes: Record<string, unknown>,
): [number, number[]] => {
  const axis = axisOf(attributes.axis, x.shape);
  return [axis, tf.backend_util.prepareSplitSize(x as Tensor, attributes.numOrSizeSplits as number[], axis)];
};

defineKernel({
  name: "SplitV",
  infer({ x }, attributes) {
    const [axis, sizes] = splitSizes(x!, attributes);
    return sizes.map((size): Output => [x!.shape.map((d, i) => (i === axis ? size : d)), x!.dtype]);
  },
  // tfjs's own takes no list of a single gradient.
  gradient: {
    gradFunc: (dys, _saved, { axis }) => ({ x: () => tf.concat([dys].flat(), axis as number) }),
  },
  onnx({ inputs, attributes }, { x }, b) {
    const [axis, sizes] = splitSizes(inputs.x!, attributes);
    return b.addMany("Split", [x!, b.ints(sizes)], sizes.length, { axis });
  },
});

/** tfjs's program for WebGPU does not compile for tensors of rank 5 and 6: those are padded along one axis after another. */
function padAxisByAxis(x: Tensor, attributes: Attributes): Tensor {
  const run = (inputs: { x: Tensor }, paddings: [number, number][]): Tensor =>
    tf.engine().runKernel("PadV2", inputs, { ...attributes, paddings } as NamedAttrMap) as Tensor;
  const paddings = attributes.paddings as [number, number][];
  if (x.rank <= 4) return run({ x }, paddings);
  return paddings.reduce((part, [before, after], axis) => {
    if (before + after === 0) return part;
    const { shape } = part;
    const flat = tf.reshape(part, [
      sizeOf(shape.slice(0, axis)),
      shape[axis]!,
      sizeOf(shape.slice(axis + 1)),
    ]);
    const padded = run({ x: flat }, [
      [0, 0],
      [before, after],
      [0, 0],
    ]);
    return tf.reshape(
      padded,
      shape.map((d, i) => (i === axis ? before + d + after : d)),
    );
  }, x);
}

defineKernel({
  name: "PadV2",
  infer: ({ x }, { paddings }) => [
    (paddings as [number, number][]).map(([before, after], i) => before + x!.shape[i]! + after),
    x!.dtype,
  ],
  onnx({ attributes, inputs }, { x }, b) {
    const pads = attributes.paddings as [number, number][];
    const flat = [...pads.map((p) => p[0]), ...pads.map((p) => p[1])];
    return b.add("Pad", [x!, b.ints(flat), b.scalar(attributes.constantValue as number, inputs.x!.dtype)]);
  },
  attributesFirst: ({ attributes }) => ({
    ...attributes,
    paddings: perAxisFirst(attributes.paddings as [number, number][]),
  }),
  tfjs: ({ x }, attributes) => padAxisByAxis(x!, attributes),
  always: true,
});

defineKernel({
  name: "Reverse",
  infer: ({ x }) => [x!.shape, x!.dtype],
  onnx({ attributes, inputs }, { x }, b) {
    const axes = tf.util.parseAxisParam(attributes.dims as number[], inputs.x!.shape);
    const all = (value: number): string => b.ints(axes.map(() => value));
    return b.add("Slice", [x!, all(-1), all(-(2 ** 31)), b.ints(axes), all(-1)]);
  },
});

defineKernel({
  name: "Fill",
  infer: (_inputs, { shape, dtype }) => [shape as number[], (dtype as DType | undefined) ?? "float32"],
  onnx: ({ outputs: [y], attributes }, _inputs, b) =>
    b.filled(attributes.value as number, y!.shape, y!.dtype),
});

defineKernel({
  name: "Range",
  infer: (_inputs, { start, stop, step, dtype }) => {
    const length = Math.max(0, Math.ceil(((stop as number) - (start as number)) / (step as number)));
    return [[length], (dtype as DType | undefined) ?? "float32"];
  },
  onnx({ outputs: [y], attributes: { start, step } }, _inputs, b) {
    // Adds up in the result's own precision, as tfjs does, so that the numbers are the same.
    const values = emptyData(y!.dtype, y!.shape[0]!);
    for (let i = 0; i < values.length; i++) {
      values[i] = i === 0 ? (start as number) : values[i - 1]! + (step as number);
    }
    return b.constant(values, y!.shape, y!.dtype);
  },
});
