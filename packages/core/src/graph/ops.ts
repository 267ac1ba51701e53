import type { NamedTensorMap, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { leaves, type Tree, unflatten } from "./array.ts";
import { own } from "./graph.ts";
import { normalized } from "./kernels/normalize.ts";
import { isRecording, recording } from "./recording.ts";

function runOwn(
  kernel: string,
  inputs: Tensor[] | NamedTensorMap,
  attributes: Record<string, number> = {},
): Tensor {
  recording();
  return tf.engine().runKernel(kernel, inputs as NamedTensorMap, attributes) as Tensor;
}

function segment(kernel: string, x: Tensor, ids: Tensor1D, count: number): Tensor {
  if (ids.dtype !== "int32" || ids.rank !== 1 || ids.shape[0] !== x.shape[0]) {
    const given = `${ids.dtype} [${ids.shape.join(", ")}] for rows of [${x.shape.join(", ")}]`;
    throw new OutriggerError("shape", `segment ids are int32, one a row; these are ${given}`);
  }
  return runOwn(kernel, { x, segmentIds: ids }, { numSegments: count });
}

/**
 * Sum of the rows of x with the same id: out_s = Σ_{i: ids_i = s} x_i.
 *
 * @param x [rows, …] float32
 * @param ids [rows] int32; rows with an id outside of 0 … count − 1 are dropped (padding has −1)
 * @param count number of segments; a segment without rows is zero
 * @returns [count, …]
 * @throws OutriggerError `shape` for ids that are not one int32 a row, `trace` outside of a trace
 *
 * Cost: a product with a one-hot matrix up to 256 segments; above, a gather over a table that the host builds when ids are an
 * argument of the compiled function, else a scatter on one thread. Results do not depend on the number of threads.
 */
export const segmentSum = (x: Tensor, ids: Tensor1D, count: number): Tensor =>
  segment("UnsortedSegmentSum", x, ids, count);

/** Mean of the rows with the same id; zero for a segment without rows. Arguments and errors as {@link segmentSum}. */
export const segmentMean = (x: Tensor, ids: Tensor1D, count: number): Tensor =>
  segment(own.segmentMean, x, ids, count);

/**
 * Greatest of the rows with the same id, element by element; zero for a segment without rows. Every tie gets the whole gradient.
 * Arguments and errors as {@link segmentSum}.
 */
export const segmentMax = (x: Tensor, ids: Tensor1D, count: number): Tensor =>
  segment(own.segmentMax, x, ids, count);

/**
 * x itself, with no gradient through it.
 *
 * @throws OutriggerError `trace` outside of a trace
 */
export const stopGradient = <T extends Tensor>(x: T): T => runOwn(own.stopGradient, { x }) as T;

/**
 * Inner products of T gradients: G_ij = Σ over leaves ⟨g_i, g_j⟩, added up in double precision on the CPU.
 *
 * @param rows T trees of tensors of equal structure, one a task
 * @returns [2, T, T] float32: the high and the low part of the inner products; their sum, taken in double, is G
 * @throws OutriggerError `shape` when there is no row or the trees differ, `trace` outside of a trace
 *
 * Cost: T²·P multiplications for P parameters; the T×P matrix exists one leaf at a time.
 */
export function gram(rows: readonly Tree<Tensor>[]): Tensor {
  const flat = rows.map((row) => leaves(row));
  const count = flat[0]?.length ?? 0;
  if (count === 0 || flat.some((row) => row.length !== count)) {
    throw new OutriggerError("shape", "gram takes one tree of gradients a task, all of the same structure");
  }
  const byLeaf = flat[0]!.flatMap((_, leaf) => flat.map((row) => row[leaf]!));
  return runOwn(own.gram, byLeaf, { tasks: rows.length });
}

/**
 * The combination of T trees of gradients, Σ_k w_k g_k.
 *
 * @param weights [T] float32
 * @param rows T trees of tensors of equal structure, one a task
 * @returns a tree of that structure
 * @throws OutriggerError `trace` outside of a trace
 *
 * Cost: T·P multiplications; dense layers whose gradients {@link gram} leaves unformed are combined before they are formed.
 */
export function combine(weights: Tensor1D, rows: readonly Tree<Tensor>[]): Tree<Tensor> {
  const flat = rows.map((row) => leaves(row));
  const combined = flat[0]!.map((_, leaf) =>
    runOwn(own.combine, [weights, ...flat.map((row) => row[leaf]!)]),
  );
  return unflatten(rows[0]!, combined);
}

/**
 * Rows of mean 0 and variance 1: y = (x − μ)/√(σ² + ε), μ and σ² the mean and the biased variance over the last axis.
 *
 * Works inside a trace, where it is one kernel with exact derivatives of any order, and on ordinary tensors.
 *
 * @param x [..., n] float32
 * @returns [..., n]
 */
export const normalize = (x: Tensor, epsilon: number): Tensor =>
  isRecording()
    ? (tf.engine().runKernel(own.normalize, { x }, { epsilon }) as unknown as Tensor[])[0]!
    : normalized(x, epsilon)[0];
