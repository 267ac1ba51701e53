import { adamw } from "@outrigger/core/optimize/adamw";
import type { Optimizer } from "@outrigger/core/optimize/optimizer";
import { Random } from "@outrigger/core/random";
import type { Host } from "@outrigger/core/train/model";
import { compactSample } from "../../src/batch/compact-sample.ts";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { trainingBatches } from "../../src/batch/detection-batches.ts";
import { ROOM_CLASSES } from "../../src/rooms/plan/furniture.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { ROOM_SCENES } from "../../src/rooms/plan/scenes.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import { configuration } from "../../src/train/configuration.ts";
import { networkOf } from "../../src/train/network.ts";

/** The network of the rooms' tier ci: ROCK with all auxiliaries on pictures of 128 × 96, 16 a batch. */
export const chosen = configuration();
export const network = networkOf(chosen, { classes: ROOM_CLASSES.length, scenes: ROOM_SCENES.length });

/** Of the optimiser, as the twin must have them. */
export const training = { learningRate: 1e-3, weightDecay: 1e-4, maxGradientNorm: 10 };

export const optimizer = (): Optimizer =>
  adamw({ learningRate: training.learningRate, weightDecay: training.weightDecay });

/** 16 rooms with random views. */
export function roomsBatch(): Host<DetectionBatch> {
  const { priors, map } = network;
  const samples = Array.from({ length: chosen.batchSize }, (_, i) =>
    compactSample(renderRoom(planRoom(1 + i))),
  );
  const batches = trainingBatches(samples, { priors, map, batchSize: chosen.batchSize, steps: 1 });
  const [batch] = batches.epoch(Random.seeded(0, "batch"));
  return batch!;
}
