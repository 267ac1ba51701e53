import type { Arm, Options, Trial } from "@outrigger/bench/benchmark";
import { flat, type Row, rock, singleTask } from "./rows.ts";
import type { BaseConfiguration } from "./trial.ts";

/** Sizes of a trial; in its options, so that a row says all. */
export type Nyuv2Settings = {
  readonly width: number;
  readonly height: number;
  readonly iterations: number;
  readonly looks: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Rendered rooms with depth and normals that are trained on besides. */
  readonly rooms: number;
  /** Channels of ResNet-50's first convolution; 64 is what weights exist for. */
  readonly base: number;
  /** Its residual blocks by stage; likewise. */
  readonly stages: readonly [number, number, number, number];
  readonly detector: "rock" | "small";
};

/**
 * Sizes, batch, steps and rate are those of rock-pytorch (https://github.com/vita-epfl/rock-pytorch); AdamW, warm-up, half a cosine instead of one step
 * and clipped gradients are ours.
 */
const SETTINGS: Nyuv2Settings = {
  width: 640,
  height: 480,
  iterations: 30_000,
  looks: 10,
  batchSize: 8,
  learningRate: 5e-5,
  weightDecay: 2e-3,
  rooms: 0,
  base: 64,
  stages: [3, 4, 6, 3],
  detector: "rock",
};

/** As many rooms as there are frames. */
const ROOMS = 673;

const mixed: Row = {
  ...rock,
  method: "rock-and-rooms",
  describe:
    "ROCK; as many rendered rooms are in every batch besides, with depth and normals, without boxes and scene.",
};

/** Rows with auxiliaries try scales of their weights, the other one weight decay that shrinks by 0.2 to 50 % in all; four each. */
const SCALES: readonly Options[] = [1, 0.3, 0.1, 3].map((scale) => ({ scale }));
const DECAYS: readonly Options[] = [2e-3, 0.3, 0.03, 1].map((weightDecay) => ({ weightDecay }));

export const nyuv2Arms = (): Arm[] =>
  [singleTask, flat, rock, mixed].map((row) => ({
    method: row.method,
    kind: row.kind,
    describe: row.describe,
    options: { ...SETTINGS, ...row.options, rooms: row === mixed ? ROOMS : 0 },
    candidates: row === singleTask ? DECAYS : SCALES,
  }));

/** What all rows train alike: ResNet-50 with ROCK's detector. */
export function nyuv2Configuration({
  options,
}: Trial): BaseConfiguration & Pick<Nyuv2Settings, "width" | "height"> {
  const settings = options as unknown as Nyuv2Settings;
  const { width, height, iterations, looks, batchSize, learningRate, weightDecay, base, stages, detector } =
    settings;
  return {
    width,
    height,
    iterations,
    looks,
    batchSize,
    learningRate,
    weightDecay,
    mixed: { boxed: batchSize, unboxed: batchSize },
    detector,
    backbone: { kind: "resnet50", base, blocks: stages },
  };
}
