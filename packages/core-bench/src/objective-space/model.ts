import { dense } from "@outrigger/core/nn/dense";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Tanh units that all heads share, and a linear head of so many outputs for each name. */
export function sharedUnits(
  inputs: number,
  units: number,
  heads: Readonly<Record<string, number>>,
): SplitModel<ColumnBatch<Tensor>> {
  const trunk = dense({ inputs, outputs: units, activation: tf.tanh, init: "glorot" });
  const layers = Object.fromEntries(
    Object.entries(heads).map(([name, outputs]) => [name, dense({ inputs: units, outputs })]),
  );
  return splitModel({
    init: (random) => ({
      trunk: trunk.init(random),
      heads: Object.fromEntries(Object.entries(layers).map(([name, layer]) => [name, layer.init(random)])),
    }),
    represent: (params, { inputs: x }, mode) => trunk.apply(params as never, x, mode),
    decode: (params, z, _, mode, task) => layers[task]!.apply(params as never, z, mode),
  });
}
