import type { NDArray, Tree } from "@outrigger/core/graph/array";
import { type ConvParams, conv2d } from "@outrigger/core/nn/conv";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Auxiliary } from "./auxiliary.ts";

/** "pooled": means of the features, without parameters, as in ROCK. "conv": a 1 × 1 convolution of them. */
export type PredictorKind = "pooled" | "conv";

/** From a task's features H_t [batch, h, w, C_t] to its output. */
export interface Predictor {
  init(random: Random): Tree<NDArray>;
  apply(params: Tree<Tensor>, features: Tensor4D): Tensor;
}

/** Maps a task has at every pixel: the classes of a scene, one logarithm of the depth, the three parts of a normal. */
export const mapsOf = (task: Auxiliary, scenes: number): number =>
  ({ scene: scenes, depth: 1, normals: 3 })[task];

/** [batch, h, w, maps] as the task's output: scene [batch, maps], depth [batch, h, w], normals [batch, h, w, 3]. */
function outputOf(task: Auxiliary, maps: Tensor4D): Tensor {
  if (task === "scene") return tf.mean(maps, [1, 2]);
  return task === "depth" ? tf.squeeze(maps, [3]) : maps;
}

/** The mean over each of `maps` groups of neighbouring channels. */
function groupMeans(features: Tensor4D, maps: number): Tensor4D {
  const channels = features.shape[3];
  if (channels === maps) return features;
  const size = channels / maps;
  const share = Array.from({ length: channels }, (_, c) =>
    Array.from({ length: maps }, (_unused, k) => (Math.floor(c / size) === k ? 1 / size : 0)),
  );
  // A product instead of a reshape to five dimensions: images stay in the order that convolutions want.
  return tf.conv2d(features, tf.reshape(tf.tensor2d(share), [1, 1, channels, maps]) as Tensor4D, 1, "valid");
}

/**
 * ROCK's predictor, which has no parameters: scene logits are the means of the maps over all pixels, the logarithm of the depth is the mean over
 * channels, and part k of a normal is the mean over the k-th third of the channels.
 */
const pooled = (task: Auxiliary, scenes: number): Predictor => ({
  init: () => [],
  apply: (_, features) => outputOf(task, groupMeans(features, mapsOf(task, scenes))),
});

/** A linear map of the channels at every pixel, C_t · maps + maps parameters; scene logits are its means over all pixels. */
function convolutional(task: Auxiliary, scenes: number, channels: number): Predictor {
  const layer = conv2d({ inputs: channels, outputs: mapsOf(task, scenes), size: 1 });
  return {
    init: (random): ConvParams => layer.init(random),
    apply: (params, features) =>
      outputOf(task, layer.apply(params as never, features, { training: false }) as Tensor4D),
  };
}

/** The predictor of that kind for a task whose features have so many channels. */
export const predictorOf = (
  kind: PredictorKind,
  task: Auxiliary,
  scenes: number,
  channels: number,
): Predictor => (kind === "pooled" ? pooled(task, scenes) : convolutional(task, scenes, channels));
