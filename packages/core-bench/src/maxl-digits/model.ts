import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import type { AnyLayer, Layer } from "@outrigger/core/nn/layer";
import { mlp } from "@outrigger/core/nn/sequential";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, classification, type Task } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizes, subclasses, tasks } from "./problem.ts";

const pixels = sizes.side ** 2;
const [HIDDEN, FEATURES] = [64, 32];
const count = subclasses.reduce((sum, block) => sum + block, 0);

/** A perceptron with two hidden layers that both tasks share, and a linear head each, which are there in every row. */
export function digitNetwork(): SplitModel<ColumnBatch<Tensor>> {
  const trunk = mlp({ sizes: [pixels, HIDDEN, FEATURES] });
  const heads: Record<string, Layer<DenseParams>> = {
    [tasks.primary]: dense({ inputs: FEATURES, outputs: subclasses.length }),
    [tasks.auxiliary]: dense({ inputs: FEATURES, outputs: count }),
  };
  return splitModel({
    init: (random) => ({
      trunk: trunk.init(random),
      heads: Object.fromEntries(Object.entries(heads).map(([task, head]) => [task, head.init(random)])),
    }),
    represent: (params, { inputs }, mode) => tf.relu(trunk.apply(params as never, inputs, mode)),
    decode: (params, z, _, mode, task) => heads[task]!.apply(params as never, z, mode),
  });
}

/** A network of MAXL's own: a logit for each of ten sub-classes. */
export const labelGenerator = (): AnyLayer => mlp({ sizes: [pixels, HIDDEN, count] });

/** The auxiliary with labels that stay as they are. */
export const fixedLabels = (): Task<ColumnBatch> =>
  classification({ name: tasks.auxiliary, role: "auxiliary", classes: count });
