import { dense } from "@outrigger/core/nn/dense";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Tanh units that all tasks share, and a linear head a task. */
export function smallNetwork(
  inputs: number,
  units: number,
  tasks: readonly string[],
): SplitModel<ColumnBatch<Tensor>> {
  const trunk = dense({ inputs, outputs: units, activation: tf.tanh, init: "glorot" });
  const head = dense({ inputs: units, outputs: 1 });
  return splitModel({
    init: (random) => ({
      trunk: trunk.init(random),
      heads: Object.fromEntries(tasks.map((task) => [task, head.init(random)])),
    }),
    represent: (params, { inputs }, mode) => trunk.apply(params as never, inputs, mode),
    decode: (params, z, _, mode) => head.apply(params as never, z, mode),
  });
}
