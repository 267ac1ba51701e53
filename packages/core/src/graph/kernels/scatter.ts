import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { defineComposite } from "../kernel.ts";
import { segmentMax } from "../ops.ts";

/** Where tuples of indices point to: their first axes, as one row number each, and the shape of a row. */
interface Places {
  readonly ids: Tensor1D;
  readonly rows: number;
  readonly row: number[];
}

/** @param indices [..., depth] int32: the last axis holds indices of the first `depth` axes of `shape` */
function placesOf(indices: Tensor, shape: readonly number[]): Places {
  const depth = indices.shape.at(-1)!;
  const strides = Array.from({ length: depth }, (_, i) => sizeOf(shape.slice(i + 1, depth)));
  const steps = tf.mul(tf.reshape(indices, [-1, depth]), tf.tensor2d(strides, [1, depth], "int32"));
  return {
    ids: tf.sum(steps, 1) as Tensor1D,
    rows: sizeOf(shape.slice(0, depth)),
    row: shape.slice(depth),
  };
}

/** x[indices]: the tuples become row numbers, and rows have gather's gradient. */
defineComposite("GatherNd", ({ params, indices }) => {
  const { ids, rows, row } = placesOf(indices!, params!.shape);
  const found = tf.gather(tf.reshape(params!, [rows, sizeOf(row)]), ids);
  return tf.reshape(found, [...indices!.shape.slice(0, -1), ...row]);
});

/** Zeros with the updates added at their places: a segment sum, whose result does not depend on the order of threads. */
defineComposite("ScatterNd", ({ indices, updates }, { shape }) => {
  const { ids, rows, row } = placesOf(indices!, shape as number[]);
  const values = tf.reshape(updates!, [ids.size, sizeOf(row)]);
  return tf.reshape(tf.unsortedSegmentSum(values, ids, rows), shape as number[]);
});

/** Of updates at one place the last one stays, as in tfjs; the others get no gradient. */
function replaceRows(x: Tensor, { ids, rows, row }: Places, updates: Tensor): Tensor {
  const numbers = tf.reshape(tf.range(1, ids.size + 1), [ids.size, 1]);
  const last = tf.reshape(tf.cast(segmentMax(numbers, ids, rows), "int32"), [rows]);
  const one = tf.scalar(1, "int32");
  const written = tf.gather(
    tf.reshape(updates, [ids.size, sizeOf(row)]),
    tf.sub(tf.maximum(last, one), one) as Tensor1D,
  );
  const kept = tf.reshape(tf.less(last, one), [rows, 1]);
  return tf.reshape(tf.where(kept, tf.reshape(x, [rows, sizeOf(row)]), written), x.shape);
}

defineComposite("TensorScatterUpdate", ({ tensor, indices, updates }) =>
  replaceRows(tensor!, placesOf(indices!, tensor!.shape), updates!),
);

/** One value at each place, the default elsewhere. Indices are a scalar, a vector (of places in a vector) or a matrix. */
defineComposite("SparseToDense", ({ sparseIndices, sparseValues, defaultValue }, { outputShape }) => {
  const shape = outputShape as number[];
  const places = placesOf(tf.reshape(sparseIndices!, [-1, shape.length]), shape);
  const values = tf.broadcastTo(tf.reshape(sparseValues!, [-1]), [places.ids.size]);
  return replaceRows(tf.broadcastTo(defaultValue!, shape), places, values);
});
