import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import type { TensorsOf } from "@outrigger/core/nn/layer";
import type { Model } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

type Params = { readonly trunk: DenseParams; readonly heads: { readonly [task: string]: DenseParams } };

/** Tanh units that all tasks share, and a linear head a task. */
export function smallNetwork(
  inputs: number,
  units: number,
  tasks: readonly string[],
): Model<ColumnBatch<Tensor>> {
  const trunk = dense({ inputs, outputs: units, activation: tf.tanh, init: "glorot" });
  const head = dense({ inputs: units, outputs: 1 });
  const each = <T>(f: (task: string) => T): Record<string, T> =>
    Object.fromEntries(tasks.map((task) => [task, f(task)]));
  return {
    init: (random) => ({ trunk: trunk.init(random), heads: each(() => head.init(random)) }) satisfies Params,
    apply(params, batch, mode) {
      const { trunk: shared, heads } = params as unknown as TensorsOf<Params>;
      const hidden = trunk.apply(shared, batch.inputs, mode);
      return each((task) => head.apply(heads[task]!, hidden, mode));
    },
  };
}
