import { VisionRockError } from "../error.ts";

/**
 * The 19 classes of object detection on NYU Depth v2 with their labels in the labelled file (from 1, the order of its `names`).
 *
 * Source: Gupta, Girshick, Arbeláez and Malik, "Learning Rich Features from RGB-D Images for Object Detection and Segmentation", ECCV 2014,
 * https://arxiv.org/abs/1407.5736; ROCK uses the same.
 */
export const NYU_CLASSES = [
  { name: "bathtub", label: 136 },
  { name: "bed", label: 157 },
  { name: "bookshelf", label: 88 },
  { name: "box", label: 26 },
  { name: "chair", label: 5 },
  { name: "counter", label: 7 },
  { name: "desk", label: 36 },
  { name: "door", label: 28 },
  { name: "dresser", label: 169 },
  { name: "garbage bin", label: 12 },
  { name: "lamp", label: 144 },
  { name: "monitor", label: 49 },
  { name: "night stand", label: 158 },
  { name: "pillow", label: 119 },
  { name: "sink", label: 24 },
  { name: "sofa", label: 83 },
  { name: "table", label: 19 },
  { name: "television", label: 172 },
  { name: "toilet", label: 124 },
] as const;

/**
 * Category (from 0) by label.
 *
 * @param names the file's own list, which must have the classes where they are expected.
 * @throws VisionRockError "bad-file".
 */
export function categoryOfLabel(names: readonly string[]): ReadonlyMap<number, number> {
  for (const { name, label } of NYU_CLASSES) {
    const found = names[label - 1];
    if (found === name) continue;
    throw new VisionRockError(
      "bad-file",
      `Label ${label} must be "${name}", but the file's names have ${found === undefined ? `only ${names.length}` : `"${found}" there`}. Is this the labelled file of NYU Depth v2?`,
      { label, found },
    );
  }
  return new Map(NYU_CLASSES.map(({ label }, category) => [label, category]));
}
