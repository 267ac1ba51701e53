import { VisionRockError } from "../error.ts";
import type { Sample, SampleSource } from "../sample.ts";
import { ROOM_CLASSES } from "./plan/furniture.ts";
import { planRoom } from "./plan/plan-room.ts";
import { ROOM_SCENES } from "./plan/scenes.ts";
import type { PictureOptions, RenderPool } from "./pool.ts";
import { renderRoom } from "./render/render.ts";

export type RoomSplit = "train" | "validation" | "test";

/** The first seed of each split; they are 250,000 apart and never meet. */
export const FIRST_SEED: Readonly<Record<RoomSplit, number>> = {
  train: 1,
  validation: 250_001,
  test: 500_001,
};
const LARGEST = 250_000;

export interface RoomSetOptions extends PictureOptions {
  readonly split: RoomSplit;
  readonly count: number;
  /** Rooms that are kept in memory, the least recently used goes first; default 512. One of 128 × 96 takes 250 kB. */
  readonly cache?: number;
  /** Renders the rooms; default in the calling thread. It is not closed with the set. */
  readonly pool?: Pick<RenderPool, "render">;
}

/**
 * A data set of rooms that are rendered when they are asked for. Room i of a split has the same seed whatever the count, so a larger set
 * begins with the smaller one.
 *
 * @throws VisionRockError "bad-option" for a count outside 1 … 250,000 or a cache below 1, and at once for what `planRoom` and `renderRoom` refuse.
 *
 * @example
 * const train = roomSet({ split: "train", count: 300, pool: await renderPool() });
 * const { rgb, objects } = await train.get(0);
 */
export function roomSet({ split, count, cache = 512, pool, ...options }: RoomSetOptions): SampleSource {
  const first = FIRST_SEED[split];
  if (first === undefined) {
    throw new VisionRockError(
      "bad-option",
      `The split must be train, validation or test, not ${split as string}.`,
    );
  }
  for (const [name, value, most] of [
    ["count", count, LARGEST],
    ["cache", cache, Number.MAX_SAFE_INTEGER],
  ] as const) {
    if (!Number.isInteger(value) || value < 1 || value > most) {
      throw new VisionRockError(
        "bad-option",
        `${name} must be a whole number from 1 to ${most}, not ${value}.`,
      );
    }
  }
  const here = async (seed: number): Promise<Sample> => renderRoom(planRoom(seed, options), options);
  // Wrong options are found now and not at the first picture.
  renderRoom(planRoom(first, options), options);
  const render = pool === undefined ? here : (seed: number) => pool.render(seed, options);
  /** Promises, so that a room which is asked for twice is rendered once; in the order of their last use. */
  const kept = new Map<number, Promise<Sample>>();

  const get = (index: number): Promise<Sample> => {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      return Promise.reject(
        new VisionRockError("out-of-range", `There is no room ${index}; the set has 0 to ${count - 1}.`),
      );
    }
    const found = kept.get(index);
    kept.delete(index);
    const sample = found ?? render(first + index);
    kept.set(index, sample);
    if (kept.size > cache) kept.delete(kept.keys().next().value!);
    if (found === undefined) sample.catch(() => kept.delete(index));
    return sample;
  };
  return { classes: ROOM_CLASSES, scenes: ROOM_SCENES, length: count, get };
}
