import type { NDArray, Tree } from "@outrigger/core/graph/array";
import type { Mode } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Norm } from "../../backbone/norm.ts";
import type { Auxiliary, ByAuxiliary } from "../auxiliary.ts";

/** What a way of fusing is told of the block that it stands in. */
export interface FusionSetting {
  /** C of the map. */
  readonly channels: number;
  /** Channels of the features of every task that is there. */
  readonly features: ByAuxiliary<number>;
  readonly norm: Norm;
}

export interface Fused {
  /** F', of the shape of F. */
  readonly refined: Tensor4D;
  /** How far the gate of a task is open, from 0 to 1, a number an image: [batch]. Of gated ways only. */
  readonly gates?: ByAuxiliary<Tensor1D>;
}

/** Brings what the tasks' features tell back into the map: F' from F [batch, h, w, C] and the tasks' H_t [batch, h, w, C_t]. */
export interface Fusion {
  init(random: Random): Tree<NDArray>;
  apply(params: Tree<Tensor>, map: Tensor4D, features: ByAuxiliary<Tensor4D>, mode: Mode): Fused;
}

/** The tasks that have features, with their channels. */
export const tasksOf = ({ features }: FusionSetting): readonly (readonly [Auxiliary, number])[] =>
  Object.entries(features) as [Auxiliary, number][];

/** Channels of map and features side by side. */
export const besideWidth = (setting: FusionSetting): number =>
  tasksOf(setting).reduce((sum, [, channels]) => sum + channels, setting.channels);

/** [F, H_t …], in the order of the setting's tasks. */
export const beside = (setting: FusionSetting, map: Tensor4D, features: ByAuxiliary<Tensor4D>): Tensor4D =>
  tf.concat([map, ...tasksOf(setting).map(([task]) => features[task]!)], 3);
