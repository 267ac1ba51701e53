import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** A batch of molecules as tensors; shapes as in `HostGraphs`. */
export type Graphs = {
  readonly atoms: Tensor;
  readonly bonds: Tensor;
  readonly source: Tensor;
  readonly target: Tensor;
  readonly reverse: Tensor;
  readonly graph: Tensor;
  readonly extra?: Tensor;
};

/**
 * Each member gets the row of its group, such as each atom that of its molecule. Members of no group (padding, id −1) get the first row,
 * which is finite, and are dropped by every sum.
 *
 * @param rows [groups, …]
 * @param ids [members] int32
 * @returns [members, …]
 */
export const spread = (rows: Tensor, ids: Tensor): Tensor =>
  tf.gather(rows, tf.maximum(ids, tf.scalar(0, "int32")));
