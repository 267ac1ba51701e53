import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { constant } from "@outrigger/core/nn/initialize";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type ByAuxiliary, byAuxiliary } from "../auxiliary.ts";
import { decoders } from "./decoders.ts";
import { type Fusion, type FusionSetting, tasksOf } from "./fusion.ts";

/** What the detector keeps of its own map at first; the tasks part the rest of 1. */
export const OWN_SHARE = 0.9;

interface StitchParams<T> {
  readonly decoders: Tree<T>;
  readonly own: T;
  readonly others: ByAuxiliary<T>;
}

/**
 * Cross-stitch: F' = α_0 ⊙ F + Σ_t α_t ⊙ D_t(H_t), α [C] a number a channel, at first 0.9 for the map and 0.1/T for each of T tasks.
 *
 * Parameters: a decoder a task, which brings its features to the map's width, and (1 + T) C numbers. The detector's row of the unit: the tasks keep their
 * features as they are.
 *
 * Misra, Shrivastava, Gupta and Hebert, "Cross-Stitch Networks for Multi-Task Learning", CVPR 2016, https://arxiv.org/abs/1604.03539
 */
export function crossStitchFusion(setting: FusionSetting): Fusion {
  const { channels } = setting;
  const decode = decoders(setting);
  const tasks = tasksOf(setting).map(([task]) => task);
  return {
    init(random) {
      const share = (1 - OWN_SHARE) / tasks.length;
      const params: StitchParams<NDArray> = {
        decoders: decode.init(random),
        own: constant([channels], OWN_SHARE),
        others: byAuxiliary(tasks, () => constant([channels], share)),
      };
      return params as unknown as Tree<NDArray>;
    },
    apply(params, map, features, mode) {
      const { decoders: inner, own, others } = params as unknown as StitchParams<Tensor>;
      const decoded = decode
        .apply(inner, features, mode)
        .map(([task, value]) => tf.mul<Tensor4D>(value, others[task]!));
      return { refined: tf.addN([tf.mul<Tensor4D>(map, own), ...decoded]) };
    },
  };
}
