import type { Tier } from "@outrigger/bench/benchmark";
import type { Configuration } from "../train/configuration.ts";

/** Sizes of a tier; what a trial is made of is in its options, so that a row says all. */
export type Settings = Pick<
  Configuration,
  "width" | "height" | "iterations" | "looks" | "learningRate" | "weightDecay" | "weights"
> & {
  /** Channels of the small backbone at stride 2, 4 and 8, and residual blocks at stride 8. */
  readonly channels: readonly [number, number, number];
  readonly blocks: number;
  /** Training rooms with boxes. */
  readonly boxed: number;
  /** Further training rooms, with geometry and scene only. */
  readonly unboxed: number;
  /** Rows of a batch that have boxes: the same for every row of a table, so that each sees as many boxes. */
  readonly boxedRows: number;
  /** Rows besides that have none, where auxiliaries are trained on rooms without boxes. */
  readonly unboxedRows: number;
  readonly validation: number;
  readonly test: number;
};

/** Rooms and steps of the two tables; in the headline few rooms have boxes, and what is learned from the others takes more steps. */
interface Rooms {
  readonly all: Pick<Settings, "boxed" | "unboxed" | "iterations">;
  readonly few: Pick<Settings, "boxed" | "unboxed" | "iterations">;
}

/** Normals count a third of what they do in rock-pytorch, whose 30 slowed the detection on validation rooms. */
const WEIGHTS = { localization: 6, scene: 3, depth: 3, normals: 10 } as const;

const SMALL = {
  channels: [24, 48, 48],
  blocks: 2,
  learningRate: 3e-3,
  weightDecay: 1e-4,
  weights: WEIGHTS,
} as const;

/** Tier `full` has other rows than `ci`, not larger ones, so that they stand beside each other. */
type Size = Exclude<Tier, "full">;

const SIZES: Readonly<Record<Size, Omit<Settings, keyof Rooms["all"]>>> = {
  smoke: {
    ...SMALL,
    channels: [8, 8, 16],
    blocks: 1,
    width: 64,
    height: 48,
    looks: 2,
    boxedRows: 4,
    unboxedRows: 4,
    validation: 8,
    test: 8,
  },
  ci: {
    ...SMALL,
    width: 128,
    height: 96,
    looks: 5,
    boxedRows: 16,
    unboxedRows: 16,
    validation: 200,
    test: 400,
  },
};

const ROOMS: Readonly<Record<Size, Rooms>> = {
  smoke: {
    all: { boxed: 16, unboxed: 0, iterations: 60 },
    few: { boxed: 8, unboxed: 8, iterations: 60 },
  },
  ci: {
    all: { boxed: 600, unboxed: 0, iterations: 600 },
    few: { boxed: 100, unboxed: 900, iterations: 1000 },
  },
};

/** The settings of a tier, with boxes on all training rooms or on few. */
export function settings(tier: Tier, rooms: keyof Rooms): Settings {
  const size = tier === "full" ? "ci" : tier;
  return { ...SIZES[size], ...ROOMS[size][rooms] };
}
