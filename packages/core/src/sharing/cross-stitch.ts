import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { array, type NDArray, type Tree } from "../graph/array.ts";
import type { Model } from "../train/model.ts";
import type { ColumnBatch } from "../train/task.ts";
import { byTask, type SharingOptions, sharedBy } from "./policy.ts";

export interface CrossStitchOptions<B = ColumnBatch<Tensor>> extends SharingOptions<B> {
  /** What a task keeps of its own at first, α_kk; the rest of 1 is parted among the others. Default 0.9, of the paper's values. 1: separate networks. */
  readonly self?: number;
}

interface Stitched<T> {
  readonly columns: { readonly [task: string]: Tree<T> };
  readonly unit: T;
}

/**
 * A network a task, mixed after every layer: with y_j what task j's copy of the layer gives, task k goes on with Σ_j α_kj y_j.
 *
 * α [T, T] is one matrix a layer, α_kk = `self` and α_kj = (1 − self)/(T − 1) at first; every column starts with parameters of its own.
 *
 * Parameters: `trunk/LAYER/columns/TASK`, `trunk/LAYER/unit`, `heads/TASK`. Columns stand in the trunk because the loss of every task reaches all of
 * them. No `SplitModel`: T representations, not one.
 *
 * Cost: T passes through the layers, and T² products of numbers a feature.
 *
 * Evidence: core/conflicting-tasks in packages/core-bench/README.md.
 *
 * Paper: Misra, Shrivastava, Gupta and Hebert, "Cross-Stitch Networks for Multi-Task Learning", CVPR 2016, https://arxiv.org/abs/1604.03539.
 * Differences from the paper: one unit a layer, where it has one a channel; columns start at random, where they start as networks trained on
 * one task each (give them in `init`); units learn at the rate of all parameters, where theirs is 100 to 1000 times as high.
 *
 * @throws OutriggerError `bad-option` without a layer or a head, or for a `self` that is not from 0 to 1
 */
export function crossStitch<B = ColumnBatch<Tensor>>(options: CrossStitchOptions<B>): Model<B> {
  const { layers, heads, inputs, tasks } = sharedBy("crossStitch", options);
  const { self = 0.9 } = options;
  if (!(self >= 0 && self <= 1)) {
    throw new OutriggerError("bad-option", `crossStitch: self is ${self}; give a number from 0 to 1.`, {
      self,
    });
  }
  const T = tasks.length;
  const unit = (): NDArray =>
    array(
      Float32Array.from({ length: T * T }, (_, i) => {
        if (T === 1) return 1;
        return i % (T + 1) === 0 ? self : (1 - self) / (T - 1);
      }),
      [T, T],
    );
  return {
    init: (random) => ({
      trunk: layers.map((layer) => ({
        columns: byTask(tasks, () => layer.init(random)),
        unit: unit(),
      })) as Tree<NDArray>,
      heads: byTask(tasks, (task) => heads[task]!.init(random)),
    }),
    apply(params, batch, mode) {
      const trunk = params.trunk as unknown as readonly Stitched<Tensor>[];
      let values = tasks.map(() => inputs(batch));
      layers.forEach((layer, l) => {
        const { columns, unit } = trunk[l]!;
        const given = tasks.map((task, k) => layer.apply(columns[task] as never, values[k]!, mode));
        const rows = tf.reshape(tf.stack(given), [T, -1]) as Tensor2D;
        const mixed = tf.reshape(tf.matMul(unit as Tensor2D, rows), [T, ...given[0]!.shape]);
        values = tf.unstack(mixed);
      });
      return Object.fromEntries(
        tasks.map((task, k) => [task, heads[task]!.apply(params.heads[task] as never, values[k]!, mode)]),
      );
    },
  };
}
