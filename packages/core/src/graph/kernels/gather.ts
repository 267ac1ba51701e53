import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { sizeOf } from "../array.ts";
import { axisOf } from "../axes.ts";
import { defineKernel } from "../kernel.ts";

/** With batch axes first: row numbers that count through all batch elements, b·rows + index. */
function flatIndices(indices: Tensor, batches: number, rows: number): Tensor1D {
  const start = tf.mul(tf.range(0, batches, 1, "int32"), tf.scalar(rows, "int32"));
  return tf.reshape(tf.add(tf.reshape(indices, [batches, -1]), tf.reshape(start, [batches, 1])), [-1]);
}

/**
 * Rows of x along an axis. tfjs's own gradient unrolls over the samples for batchDims = 1 and is wrong above, so the gradient is
 * ours: batch axes become part of the row number, and rows are added up by segment.
 */
defineKernel({
  name: "GatherV2",
  infer({ x, indices }, { axis, batchDims }) {
    const at = axisOf(axis, x!.shape.length);
    const chosen = indices!.shape.slice((batchDims as number | undefined) ?? 0);
    return [[...x!.shape.slice(0, at), ...chosen, ...x!.shape.slice(at + 1)], x!.dtype];
  },
  onnx({ attributes, inputs }, { x, indices }, b) {
    const rank = inputs.x!.shape.length;
    const batch = (attributes.batchDims as number | undefined) ?? 0;
    const axis = axisOf(attributes.axis, rank);
    if (batch === 0) return b.add("Gather", [x!, indices!], { axis });
    if (axis !== batch) {
      const said = `a graph gathers with batchDims ${batch} along axis ${batch} only, not ${axis}`;
      throw new OutriggerError("unsupported", `${said}: transpose x before`, { kernel: "GatherV2" });
    }
    const depth = inputs.indices!.shape.length;
    const tuples = b.add("Unsqueeze", [b.add("Cast", [indices!], { to: 7 }), b.ints([depth])]);
    return b.add("GatherND", [x!, tuples], { batch_dims: batch });
  },
  // tfjs's wasm kernel reads the wrong rows when there are batch axes.
  tfjs({ x, indices }, { axis, batchDims }) {
    const batch = (batchDims as number | undefined) ?? 0;
    if (batch === 0) return tf.gather(x!, indices!, axis as number);
    const batches = sizeOf(x!.shape.slice(0, batch));
    const rows = x!.shape[batch]!;
    const inner = x!.shape.slice(batch + 1);
    const found = tf.gather(tf.reshape(x!, [batches * rows, -1]), flatIndices(indices!, batches, rows));
    return tf.reshape(found, [...indices!.shape, ...inner]);
  },
  always: true,
  gradient: {
    inputsToSave: ["x", "indices"],
    gradFunc(dy, [x, indices], attributes) {
      const batch = (attributes.batchDims as number | undefined) ?? 0;
      const axis = axisOf(attributes.axis, x!.rank);
      const rows = x!.shape[axis]!;
      const outer = x!.shape.slice(0, axis);
      const inner = x!.shape.slice(axis + 1);
      const derive = (): Tensor => {
        if (batch > 0) {
          const batches = sizeOf(x!.shape.slice(0, batch));
          const ids = flatIndices(indices!, batches, rows);
          const values = tf.reshape(dy as Tensor, [ids.size, sizeOf(inner)]);
          const sums = tf.unsortedSegmentSum(values, ids, batches * rows);
          return tf.reshape(sums, x!.shape);
        }
        const ids = tf.reshape(indices!, [-1]) as Tensor1D;
        const values = tf.reshape(dy as Tensor, [sizeOf(outer), ids.size, sizeOf(inner)]);
        const first = axis === 0 ? values : tf.transpose(values, [1, 0, 2]);
        const sums = tf.unsortedSegmentSum(tf.reshape(first, [ids.size, -1]), ids, rows);
        if (axis === 0) return tf.reshape(sums, x!.shape);
        const apart = tf.reshape(sums, [rows, sizeOf(outer), sizeOf(inner)]);
        return tf.reshape(tf.transpose(apart, [1, 0, 2]), x!.shape);
      };
      return { x: derive };
    },
  },
});

defineKernel({
  name: "OneHot",
  infer: ({ indices }, { depth, dtype }) => [
    [...indices!.shape, depth as number],
    (dtype as "int32" | undefined) ?? "int32",
  ],
  onnx({ inputs, outputs: [y], attributes: { depth, onValue, offValue } }, { indices }, b) {
    const column = b.reshape(indices!, [...inputs.indices!.shape, 1]);
    const classes = Array.from({ length: depth as number }, (_, i) => i);
    const hit = b.add("Equal", [column, b.constant(classes, [classes.length], "int32")]);
    if (onValue === 1 && offValue === 0) return b.cast(hit, y!.dtype);
    return b.add("Where", [
      hit,
      b.scalar(onValue as number, y!.dtype),
      b.scalar(offValue as number, y!.dtype),
    ]);
  },
});
