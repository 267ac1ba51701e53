import type { Tree } from "@outrigger/core/graph/array";
import { dropout } from "@outrigger/core/nn/dropout";
import type { LayerList, TensorsOf } from "@outrigger/core/nn/layer";
import { mlp } from "@outrigger/core/nn/sequential";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { linearHeads, type MergeParams, merge } from "./readout.ts";

export type Fingerprints = {
  /** [B, bits] of 0 and 1 */
  readonly fingerprint: Tensor;
  /** [B, X] further inputs of each molecule, if the model takes any */
  readonly extra?: Tensor;
};

export interface FingerprintMlpOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** Length of the fingerprint. Default 2048, the usual length of ECFP4. */
  readonly bits?: number;
  /** Width of the two hidden layers. Default 256. */
  readonly width?: number;
  /** After each hidden layer. Default 0.5. */
  readonly dropout?: number;
  /** X, further inputs of each molecule that join before the heads. Default 0. */
  readonly extra?: number;
}

type Trunk = { readonly hidden: LayerList; readonly merge: MergeParams };
type TrunkTensors = { readonly hidden: readonly Tree<Tensor>[]; readonly merge: TensorsOf<MergeParams> };

/**
 * A perceptron of two hidden layers with rectifiers and dropout on molecular fingerprints, one linear head a task.
 *
 * [B, bits] → [B, width] → [B, width] → [B, 1] a task; `extra` inputs join the second hidden layer's output as in `merge`.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function fingerprintMlp(options: FingerprintMlpOptions): SplitModel<ColumnBatch<Fingerprints>> {
  const { tasks, bits = 2048, width = 256, dropout: rate = 0.5, extra = 0 } = options;
  const hidden = mlp({ sizes: [bits, width, width], dropout: rate });
  const drop = dropout(rate);
  const joined = merge(width, extra);
  const heads = linearHeads(width, tasks);
  return splitModel({
    init(random) {
      const trunk: Trunk = { hidden: hidden.init(random), merge: joined.init(random) };
      return { trunk, heads: heads.init(random) };
    },
    represent(params, { inputs }, mode) {
      const trunk = params as unknown as TrunkTensors;
      const found = tf.relu(hidden.apply(trunk.hidden, inputs.fingerprint, mode));
      return joined.apply(trunk.merge, drop.apply([], found, mode), inputs.extra);
    },
    decode: (params, z) => heads.decode(params as never, z),
  });
}
