import { type CompactSample, compactSample } from "../../src/batch/compact-sample.ts";
import { ROOM_CLASSES } from "../../src/rooms/plan/furniture.ts";
import { planRoom } from "../../src/rooms/plan/plan-room.ts";
import { ROOM_SCENES } from "../../src/rooms/plan/scenes.ts";
import { renderRoom } from "../../src/rooms/render/render.ts";
import type { Configuration } from "../../src/train/configuration.ts";
import type { TrainOptions } from "../../src/train/train.ts";

const size = { width: 32, height: 24 };

/** Small rooms with at least one box. */
export const roomsFrom = (seed: number, count: number, { width, height } = size): CompactSample[] => {
  const rooms: CompactSample[] = [];
  for (let s = seed; rooms.length < count; s++) {
    const room = renderRoom(planRoom(s), { width, height });
    if (room.objects.length > 0) rooms.push(compactSample(room));
  }
  return rooms;
};

export const tiny: Partial<Configuration> = {
  ...size,
  backbone: { kind: "small", channels: [8, 8, 8], blocks: 1 },
  iterations: 6,
  looks: 3,
  batchSize: 2,
};

export const names = { classes: ROOM_CLASSES, scenes: ROOM_SCENES };

/** A training of a second; the CPU's executor, one thread. */
export const training = (more: Partial<TrainOptions> = {}): TrainOptions => ({
  train: roomsFrom(1, 6),
  validation: roomsFrom(900, 3),
  ...names,
  seed: 0,
  configuration: tiny,
  runtime: "onnx",
  device: "cpu",
  threads: 1,
  ...more,
});
