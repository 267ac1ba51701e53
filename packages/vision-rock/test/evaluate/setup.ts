import type { Box } from "../../src/box.ts";
import type { Annotation, Detection, GroundTruth } from "../../src/evaluate/coco-json.ts";

/** A true box of category 1 in image 1, unless said otherwise. */
export const annotation = (bbox: Box, rest: Partial<Annotation> = {}): Annotation => ({
  image_id: 1,
  category_id: 1,
  bbox,
  area: bbox[2] * bbox[3],
  iscrowd: 0,
  ...rest,
});

export const detection = (bbox: Box, score: number, rest: Partial<Detection> = {}): Detection => ({
  image_id: 1,
  category_id: 1,
  bbox,
  score,
  ...rest,
});

export const truthOf = (annotations: readonly Annotation[], images = 3, categories = 2): GroundTruth => ({
  images: Array.from({ length: images }, (_, i) => ({ id: i + 1 })),
  categories: Array.from({ length: categories }, (_, i) => ({ id: i + 1, name: `c${i + 1}` })),
  annotations,
});
