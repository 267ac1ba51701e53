import * as tf from "@tensorflow/tfjs";
import { type DType, sizeOf } from "../array.ts";
import type { Attributes, Node } from "../graph.ts";
import { defineKernel, type Output, type Shaped } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { axisFirst } from "../onnx/layout.ts";
import { productGradient } from "./scan.ts";

function axesOf(x: Shaped, { axis, reductionIndices }: Attributes): number[] {
  return tf.util.parseAxisParam((axis ?? reductionIndices) as number | number[], x.shape);
}

/** tfjs's kernels get no keepDims (the op reshapes), except when another program asks for it. */
function reducedShape(x: Shaped, attributes: Attributes, dtype: DType): Output {
  const axes = axesOf(x, attributes);
  const [shape] = tf.backend_util.computeOutAndReduceShapes(x.shape, axes);
  return [attributes.keepDims ? tf.backend_util.expandShapeToKeepDim(shape, axes) : shape, dtype];
}

/** Reductions of images work in any order of axes, unless what is left would come out in another order. */
function reduceFirst({ inputs, attributes }: Node): Attributes | undefined {
  const axes = axesOf(inputs.x!, attributes);
  const left = [0, 1, 2, 3].filter((axis) => attributes.keepDims || !axes.includes(axis)).map(axisFirst);
  const sorted = attributes.keepDims || left.every((axis, i) => i === 0 || axis > left[i - 1]!);
  return sorted ? { ...attributes, axis: axes.map(axisFirst) } : undefined;
}

/** Sums over all axes but the last ones, such as the gradient of a bias. */
const sumsColumns = ({ shape, dtype }: Shaped, axes: readonly number[]): boolean =>
  dtype === "float32" && axes.length < shape.length && axes.every((axis, i) => axis === i);

/** A product with a row of ones: it takes a third of ReduceSum's time. */
function columnSums({ shape }: Shaped, x: string, axes: readonly number[], b: OnnxBuilder): string {
  const rows = sizeOf(shape.slice(0, axes.length));
  const columns = sizeOf(shape.slice(axes.length));
  return b.add("MatMul", [b.filled(1, [1, rows], "float32"), b.reshape(x, [rows, columns])]);
}

for (const [name, op] of Object.entries({
  Sum: "ReduceSum",
  Mean: "ReduceMean",
  Max: "ReduceMax",
  Min: "ReduceMin",
  Prod: "ReduceProd",
})) {
  defineKernel({
    name,
    attributesFirst: reduceFirst,
    ...(name === "Prod" ? { gradient: productGradient } : {}),
    infer({ x }, attributes) {
      const counts = name === "Sum" && x!.dtype === "bool";
      return reducedShape(x!, attributes, name === "Mean" ? "float32" : counts ? "int32" : x!.dtype);
    },
    onnx({ inputs, attributes, outputs: [y] }, names, b) {
      const x = inputs.x!.dtype === y!.dtype ? names.x! : b.cast(names.x!, y!.dtype);
      const axes = axesOf(inputs.x!, attributes);
      if (axes.length === 0) return b.add("Identity", [x]);
      if (name === "Sum" && sumsColumns(inputs.x!, axes))
        return b.reshape(columnSums(inputs.x!, x, axes, b), y!.shape);
      return b.add(op, [x, b.ints(axes)], { keepdims: attributes.keepDims ? 1 : 0 });
    },
  });
}

for (const [name, op] of Object.entries({ All: "ReduceMin", Any: "ReduceMax" })) {
  defineKernel({
    name,
    infer: ({ x }, attributes) => reducedShape(x!, attributes, "bool"),
    onnx({ inputs, attributes }, { x }, b) {
      const axes = axesOf(inputs.x!, attributes);
      const keepdims = attributes.keepDims ? 1 : 0;
      if (axes.length === 0) return b.add("Identity", [x!]);
      return b.cast(b.add(op, [b.cast(x!, "int32"), b.ints(axes)], { keepdims }), "bool");
    },
  });
}

for (const [name, op] of Object.entries({ ArgMax: "ArgMax", ArgMin: "ArgMin" })) {
  defineKernel({
    name,
    infer: ({ x }, attributes) => reducedShape(x!, attributes, "int32"),
    onnx({ inputs, attributes }, { x }, b) {
      const axis = axesOf(inputs.x!, attributes)[0]!;
      return b.cast(b.add(op, [x!], { axis, keepdims: 0 }), "int32");
    },
  });
}

/** exp(x − max x) / Σ exp(x − max x) along one axis. */
defineKernel({
  name: "Softmax",
  infer: ({ logits }) => [logits!.shape, "float32"],
  onnx: ({ attributes, inputs }, { logits }, b) =>
    b.add("Softmax", [logits!], { axis: axesOf(inputs.logits!, { axis: attributes.dim })[0]! }),
});
