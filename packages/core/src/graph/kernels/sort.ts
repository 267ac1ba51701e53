import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineComposite, defineKernel } from "../kernel.ts";

/** Row numbers that count through all rows of x: r·columns + index. */
function flatIndices(indices: Tensor, columns: number): Tensor1D {
  const rows = indices.shape[0]!;
  const start = tf.mul(tf.range(0, rows, 1, "int32"), tf.scalar(columns, "int32"));
  return tf.reshape(tf.add(indices, tf.reshape(start, [rows, 1])), [-1]);
}

/** The k greatest along the last axis, in descending order, and where they stood; of equal ones the first comes first. */
defineKernel({
  name: "TopK",
  infer({ x }, { k }) {
    const shape = [...x!.shape.slice(0, -1), k as number];
    return [
      [shape, x!.dtype],
      [shape, "int32"],
    ];
  },
  onnx({ attributes }, { x }, b) {
    const [values, indices] = b.addMany("TopK", [x!, b.ints([attributes.k as number])], 2, { axis: -1 });
    return [values!, b.cast(indices!, "int32")];
  },
  // tfjs has none. The gradient goes back to where the values stood.
  gradient: {
    inputsToSave: ["x"],
    outputsToSave: [false, true],
    gradFunc: (dy, [x, indices], { k }) => ({
      x() {
        const columns = x!.shape.at(-1)!;
        const ids = flatIndices(tf.reshape(indices!, [-1, k as number]), columns);
        const [values] = dy as Tensor[];
        const column = tf.reshape(values!, [ids.size, 1]);
        return tf.reshape(tf.unsortedSegmentSum(column, ids, x!.size), x!.shape);
      },
    }),
  },
});

/** How many of the sorted numbers lie below each value (or at it, for the right side): its place among them, row by row. */
defineComposite("SearchSorted", ({ sortedSequence, values }, { side }) => {
  const sorted = tf.expandDims(sortedSequence!, 1);
  const wanted = tf.expandDims(values!, 2);
  const before = side === "left" ? tf.less(sorted, wanted) : tf.lessEqual(sorted, wanted);
  return tf.sum(tf.cast(before, "int32"), 2);
});
