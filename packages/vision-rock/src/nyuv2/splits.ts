import { Random } from "@outrigger/core/random";
import { VisionRockError } from "../error.ts";
import { readMat5 } from "./mat5.ts";

/** Numbers of frames, from 1, ascending. */
export interface NyuSplits {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/**
 * The official split, 795 frames to train and 654 to test, from the authors' `splits.mat`.
 *
 * @throws VisionRockError "missing-field" without `trainNdxs` or `testNdxs`, "bad-file" for numbers outside 1 to `frames` or given twice, and what
 * `readMat5` throws.
 */
export function readSplits(bytes: Uint8Array, frames: number, name = "splits.mat"): NyuSplits {
  const variables = readMat5(bytes, name);
  const list = (variable: string): number[] => {
    const numbers = variables.get(variable);
    if (numbers === undefined) {
      throw new VisionRockError(
        "missing-field",
        `${name} lacks ${variable}; it must have trainNdxs and testNdxs.`,
        {
          field: variable,
        },
      );
    }
    return numbers.toSorted((a, b) => a - b);
  };
  const [train, test] = [list("trainNdxs"), list("testNdxs")];
  const seen = new Set<number>();
  for (const frame of [...train, ...test]) {
    if (!(Number.isInteger(frame) && frame >= 1 && frame <= frames) || seen.has(frame)) {
      const why = seen.has(frame) ? "twice" : `but there are ${frames} frames`;
      throw new VisionRockError("bad-file", `${name} has the frame ${frame}, ${why}.`, { frame });
    }
    seen.add(frame);
  }
  return { train, test };
}

/**
 * Frames to select models on, taken from the training frames by whole scenes, so that no room is on both sides. Scenes are shuffled by `seed` and
 * taken as long as they fit into `count`. This list is ours: ROCK's authors validated on 122 other frames, which are not published any more.
 *
 * @param sceneOf the scene of a frame (`kitchen_0004`).
 * @returns at most `count` frames, ascending; less only when the scenes do not add up.
 */
export function chooseValidation(
  train: readonly number[],
  sceneOf: (frame: number) => string,
  count = 122,
  seed = 0,
): number[] {
  const frames = new Map<string, number[]>();
  for (const frame of train) {
    const scene = sceneOf(frame);
    frames.set(scene, [...(frames.get(scene) ?? []), frame]);
  }
  const random = Random.seeded(seed, "nyuv2-validation");
  const drawn = [...frames].map(([scene, list]) => ({ scene, list, at: random.uniform() }));
  const chosen: number[] = [];
  for (const { list } of drawn.sort((a, b) => a.at - b.at)) {
    if (chosen.length + list.length <= count) chosen.push(...list);
  }
  return chosen.sort((a, b) => a - b);
}
