import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Batches, Host } from "@outrigger/core/train/model";
import type { Task } from "@outrigger/core/train/task";
import { smallBackbone } from "../../src/backbone/small-backbone.ts";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { smallSsd } from "../../src/detector/presets.ts";
import { depthTask } from "../../src/loss/depth-loss.ts";
import { detectionTask } from "../../src/loss/detection-loss.ts";
import { normalsTask } from "../../src/loss/normals-loss.ts";
import { sceneTask } from "../../src/loss/scene-loss.ts";
import { type DetectionModel, detectionModel } from "../../src/model/detection-model.ts";
import type { RockBlockOptions } from "../../src/rock/options.ts";

export type HostBatch = Host<DetectionBatch>;

export const SCENES = 5;
export const CLASSES = 3;
/** Of `smallSsd` on the grid, with maps of 3 × 4, 2 × 2 and 1 × 1. */
export const PRIORS = 85;
const TASKS = ["scene", "depth", "normals"] as const;
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
    classes: draw([batch, PRIORS], () => Math.max(-1, Math.floor((CLASSES + 4) * random.uniform()) - 3)),
    offsets: draw([batch, PRIORS, 4], () => random.normal()),
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

export const tasks = {
  detection: detectionTask({ priors: { count: PRIORS }, classes: CLASSES }),
  scene: sceneTask({ scenes: SCENES }),
  depth: depthTask(),
  normals: normalsTask(),
};

export const blockOptions = { tasks: TASKS, scenes: SCENES, encoder: 8, channels: { depth: 2, normals: 6 } };

/** A network for `tinyBatch`, with some of the block's options changed; null: the detector alone. */
export function tinyModel(block: Partial<RockBlockOptions> | null): DetectionModel {
  const backbone = smallBackbone({ ...size, channels: [4, 8, 8], blocks: 1 });
  return detectionModel({
    backbone,
    block: block && { ...blockOptions, ...block },
    detector: smallSsd({ map: backbone.map, classes: CLASSES }),
  });
}

export const tasksOf = (model: DetectionModel): Task<DetectionBatch>[] =>
  model.tasks.map((task) => tasks[task]);

export const batchesOf = (...batches: HostBatch[]): Batches<HostBatch> => ({
  size: batches.length,
  samples: batches.length * batches[0]!.scene.shape[0]!,
  epoch: () => batches,
});

/** Draws nothing but zeros, where only shapes matter and millions of numbers would be drawn. */
export const zeros = { normal: () => 0, uniform: () => 0 } as unknown as Random;

/** Number of values of a tree of arrays. */
export const count = (all: readonly NDArray[]): number => all.reduce((sum, { data }) => sum + data.length, 0);
