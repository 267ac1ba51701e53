import { preload } from "../batch/compact-sample.ts";
import { type RoomSetOptions, roomSet } from "../rooms/room-set.ts";
import type { SampleSource } from "../sample.ts";
import { partOf } from "../source/part.ts";
import { withoutBoxes } from "./annotations.ts";
import type { Data } from "./data.ts";
import type { Settings } from "./settings.ts";

export type RoomsOptions = Pick<
  Settings,
  "width" | "height" | "boxed" | "unboxed" | "validation" | "test"
> & {
  readonly easyColour: boolean;
};

/**
 * The rooms of a trial: every seed trains on rooms of its own, the same for all rows, and all seeds are validated and tested on the same rooms.
 */
export async function roomsData(options: RoomsOptions, seed: number): Promise<Data> {
  const { width, height, boxed, unboxed, validation, test, easyColour } = options;
  const set = (given: Pick<RoomSetOptions, "split" | "count" | "lighting">): SampleSource =>
    roomSet({ ...given, width, height, easyColour, cache: 1 });
  const count = boxed + unboxed;
  const training = set({ split: "train", count: (seed + 1) * count });
  const own = Array.from({ length: count }, (_, i) => seed * count + i);
  const train = await preload(partOf(training, own));
  return {
    classes: training.classes,
    scenes: training.scenes,
    train: train.map((sample, i) => (i < boxed ? sample : withoutBoxes(sample))),
    validation: await preload(set({ split: "validation", count: validation })),
    test: await preload(set({ split: "test", count: test })),
    shifted: await preload(set({ split: "test", count: test, lighting: "shifted" })),
  };
}
