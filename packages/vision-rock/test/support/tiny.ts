import { array, type NDArray } from "@outrigger/core/graph/array";
import { conv2d } from "@outrigger/core/nn/conv";
import { Random } from "@outrigger/core/random";
import type { Batches, Host } from "@outrigger/core/train/model";
import type { Task } from "@outrigger/core/train/task";
import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { smallBackbone } from "../../src/backbone/small-backbone.ts";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { depthTask } from "../../src/loss/depth-loss.ts";
import { normalsTask } from "../../src/loss/normals-loss.ts";
import { sceneTask } from "../../src/loss/scene-loss.ts";
import { type DetectionModel, detectionModel } from "../../src/model/detection-model.ts";
import type { RockBlockOptions } from "../../src/rock/options.ts";

export type HostBatch = Host<DetectionBatch>;

export const SCENES = 5;
export const TASKS = ["scene", "depth", "normals"] as const;
export const size = { height: 24, width: 32 };
/** The map's grid at stride 8. */
export const grid = { height: 3, width: 4 };

const draw = (shape: readonly number[], f: (i: number) => number): NDArray =>
  array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => f(i)),
    shape,
  );

/** Random pictures with random targets; every image annotated, about one pixel in four unknown. */
export function tinyBatch(batch = 2, seed = 1): HostBatch {
  const random = Random.seeded(seed, "batch");
  const { height, width } = grid;
  const known = (): NDArray =>
    draw([batch, height, width], (i) => (i % 12 === 0 || random.uniform() > 0.25 ? 1 : 0));
  const normals = draw([batch, height, width, 3], () => random.normal());
  for (let at = 0; at < normals.data.length; at += 3) {
    const length = Math.hypot(...normals.data.subarray(at, at + 3));
    for (let k = 0; k < 3; k++) normals.data[at + k]! /= length;
  }
  const all = (): NDArray => draw([batch], () => 1);
  return {
    inputs: draw([batch, size.height, size.width, 3], () => random.normal()),
    classes: draw([batch, 1], () => Math.floor(3 * random.uniform())),
    offsets: draw([batch, 1, 4], () => random.normal()),
    scene: draw([batch], () => Math.floor(SCENES * random.uniform())),
    logDepth: draw([batch, height, width], () => random.normal()),
    depthKnown: known(),
    normals,
    normalsKnown: known(),
    masks: { detection: all(), scene: all(), depth: all(), normals: all() },
  };
}

/** The same batch with one annotation of one image taken away. */
export function without(batch: HostBatch, task: keyof HostBatch["masks"], image: number): HostBatch {
  const mask = batch.masks[task];
  const data = Float32Array.from(mask.data, (value, i) => (i === image ? 0 : value));
  return { ...batch, masks: { ...batch.masks, [task]: array(data, mask.shape) } };
}

/** Stands for the detector where its boxes do not matter: the mean square of four maps made of all pixels. */
export const stubTask: Task<DetectionBatch> = {
  name: "detection",
  role: "primary",
  loss: (output, { offsets, masks }) => ({
    values: tf.mean(tf.square(tf.sub(tf.mean(output, [1, 2]), tf.squeeze(offsets, [1]))), 1) as Tensor1D,
    mask: masks.detection,
  }),
};

export const taskLosses = {
  scene: sceneTask({ scenes: SCENES }),
  depth: depthTask(),
  normals: normalsTask(),
};

export function tinyModel(block: Partial<RockBlockOptions> | null): DetectionModel {
  const backbone = smallBackbone({ ...size, channels: [4, 8, 8], blocks: 1 });
  return detectionModel({
    backbone,
    block: block && {
      tasks: TASKS,
      scenes: SCENES,
      encoder: 8,
      channels: { depth: 2, normals: 6 },
      ...block,
    },
    detector: { head: conv2d({ inputs: backbone.map.channels, outputs: 4 }) },
  });
}

export const tasksOf = (model: DetectionModel): Task<DetectionBatch>[] =>
  model.tasks.map((task) => (task === "detection" ? stubTask : taskLosses[task]));

export const batchesOf = (...batches: HostBatch[]): Batches<HostBatch> => ({
  size: batches.length,
  samples: batches.length * batches[0]!.scene.shape[0]!,
  epoch: () => batches,
});

/** Number of values of a tree of arrays. */
export const count = (all: readonly NDArray[]): number => all.reduce((sum, { data }) => sum + data.length, 0);
