import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { defineComposite } from "../kernel.ts";

/** Every stride-th of an axis: padded to whole strides, folded, and the first of each fold taken. */
function everyNth(x: Tensor, axis: number, stride: number): Tensor {
  const { shape } = x;
  const count = Math.ceil(shape[axis]! / stride);
  const paddings = shape.map((d, i): [number, number] => [0, i === axis ? count * stride - d : 0]);
  const whole = paddings[axis]![1] > 0 ? tf.pad(x, paddings) : x;
  const [before, after] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
  const folded = tf.reshape(whole, [before, count, stride * after]);
  const first = tf.slice(folded, [0, 0, 0], [before, count, after]);
  return tf.reshape(
    first,
    shape.map((d, i) => (i === axis ? count : d)),
  );
}

/**
 * x[begin:end:stride] with numpy's masks, as slices, reversals and folds: all of them have exact derivatives of every order, which
 * tfjs's kernel has not.
 */
defineComposite("StridedSlice", ({ x }, attributes) => {
  const list = (name: string): number[] => attributes[name] as number[];
  const mask = (name: string): number => attributes[name] as number;
  const info = tf.slice_util.sliceInfo(
    x!.shape,
    list("begin"),
    list("end"),
    list("strides"),
    mask("beginMask"),
    mask("endMask"),
    mask("ellipsisMask"),
    mask("newAxisMask"),
    mask("shrinkAxisMask"),
  );
  const { finalShape, begin, end, strides } = info;
  const counts = tf.slice_util.computeOutShape(begin, end, strides);
  if (sizeOf(counts) === 0) return tf.zeros(finalShape, x!.dtype);
  const reversed = strides.flatMap((stride, axis) => (stride < 0 ? [axis] : []));
  const forward = reversed.length > 0 ? tf.reverse(x!, reversed) : x!;
  const start = begin.map((at, axis) => (strides[axis]! < 0 ? x!.shape[axis]! - 1 - at : at));
  const span = counts.map((count, axis) => (count - 1) * Math.abs(strides[axis]!) + 1);
  let result: Tensor = tf.slice(forward, start, span);
  strides.forEach((stride, axis) => {
    if (Math.abs(stride) > 1 && counts[axis]! > 1) result = everyNth(result, axis, Math.abs(stride));
  });
  return tf.reshape(result, finalShape);
});
