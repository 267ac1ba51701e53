import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { array } from "@outrigger/core/graph/array";
import { conv2d } from "@outrigger/core/nn/conv";
import { constant } from "@outrigger/core/nn/initialize";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { normLayer } from "../../backbone/norm.ts";
import { OWN_SHARE } from "./cross-stitch.ts";
import { decoders } from "./decoders.ts";
import { type Fusion, type FusionSetting, tasksOf } from "./fusion.ts";

interface NddrParams {
  readonly decoders: Tree<Tensor>;
  readonly reduce: Tree<Tensor>;
  readonly norm: Tree<Tensor>;
}

/** [1, 1, parts · channels, channels]: 0.9 times the identity for the first part, 0.1 parted among the others'. */
function diagonal(channels: number, parts: number): NDArray {
  const values = new Float32Array(parts * channels * channels);
  for (let row = 0; row < parts * channels; row++) {
    const share = row < channels ? OWN_SHARE : (1 - OWN_SHARE) / (parts - 1);
    values[row * channels + (row % channels)] = share;
  }
  return array(values, [1, 1, parts * channels, channels]);
}

/**
 * NDDR: F' = relu(norm(W [F; D_1(H_1); …; D_T(H_T)])), W a 1 × 1 convolution, at first diagonal: 0.9 of the map and 0.1/T of every task.
 *
 * Parameters: a decoder a task, (1 + T) C² + C of W and the norm. For the detector's map alone.
 *
 * Gao, Ma, Zhao, Liu and Yuille, "NDDR-CNN: Layerwise Feature Fusing in Multi-Task CNNs by Neural Discriminative Dimensionality Reduction", CVPR 2019,
 * https://arxiv.org/abs/1801.08297
 */
export function nddrFusion(setting: FusionSetting): Fusion {
  const { channels } = setting;
  const decode = decoders(setting);
  const parts = 1 + tasksOf(setting).length;
  const reduce = conv2d({ inputs: parts * channels, outputs: channels, size: 1 });
  const norm = normLayer(setting.norm, channels);
  return {
    init: (random) => ({
      decoders: decode.init(random),
      reduce: { kernel: diagonal(channels, parts), bias: constant([channels], 0) },
      norm: norm.init(random),
    }),
    apply(params, map, features, mode) {
      const own = params as unknown as NddrParams;
      const decoded = decode.apply(own.decoders, features, mode).map(([, value]) => value);
      const reduced = reduce.apply(own.reduce as never, tf.concat([map, ...decoded], 3), mode);
      return { refined: tf.relu<Tensor4D>(norm.apply(own.norm as never, reduced, mode) as Tensor4D) };
    },
  };
}
