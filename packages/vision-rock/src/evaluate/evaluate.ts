import { VisionRockError } from "../error.ts";
import { accumulate, type Curves, type ImageResult } from "./accumulate.ts";
import type { Detection, GroundTruth } from "./coco-json.ts";
import { groupBy } from "./group.ts";
import { type AreaRange, matchImage, overlaps, type ScoredBox, type TruthBox } from "./match.ts";

export interface EvaluateOptions {
  /** Ascending; default 0.5, 0.55 … 0.95. */
  readonly iouThresholds?: readonly number[];
  /** Detections of an image and category that are looked at, ascending; default 1, 10, 100. */
  readonly maxDetections?: readonly number[];
  /** Size buckets by name, in square pixels, both ends included; default COCO's `all`, `small`, `medium`, `large`. */
  readonly areas?: Readonly<Record<string, AreaRange>>;
}

/** Everything the numbers are read from: the curves of every category, size bucket and limit. */
export interface Evaluation {
  readonly iouThresholds: readonly number[];
  readonly recallLevels: readonly number[];
  readonly maxDetections: readonly number[];
  readonly areas: Readonly<Record<string, AreaRange>>;
  readonly categories: readonly {
    readonly id: number;
    readonly name: string;
    /** Annotations that are no crowds. */
    readonly truths: number;
    readonly detections: number;
    /** By bucket, then by place in `maxDetections`; undefined where nothing is to be found. */
    readonly curves: Readonly<Record<string, readonly (Curves | undefined)[]>>;
  }[];
}

/** COCO's size buckets: a box of exactly 32² square pixels counts as small and as medium. */
export const COCO_AREAS: Readonly<Record<string, AreaRange>> = {
  all: [0, 1e10],
  small: [0, 32 ** 2],
  medium: [32 ** 2, 96 ** 2],
  large: [96 ** 2, 1e10],
};

/** n numbers from a to b at equal distances, rounded as numpy's linspace rounds them: comparisons with recall depend on the last bit. */
const linspace = (a: number, b: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => (i === n - 1 ? b : i * ((b - a) / (n - 1)) + a));

export const COCO_THRESHOLDS: readonly number[] = linspace(0.5, 0.95, 10);
const RECALL_LEVELS: readonly number[] = linspace(0, 1, 101);

/**
 * Evaluates boxes as COCO does (see `matchImage` and `accumulate`): the source of `cocoSummary`, `categoryTable`, `averagePrecision`,
 * `averageRecall` and `precisionRecallCurve`.
 *
 * Numbers are those of pycocotools 2.0 with `iouType="bbox"`. A field `ignore` of the file is not read: crowds are what is ignored.
 * Cost: O(images · categories with boxes · thresholds · detections · truths), the curves 1.6 kB a threshold, category, bucket and limit.
 *
 * @throws VisionRockError "bad-option" for thresholds outside (0, 1], limits below 1, or bounds of a bucket in the wrong order.
 *
 * @example
 * const truth = readGroundTruth(JSON.parse(await readFile("instances.json", "utf8")));
 * const found = readDetections(JSON.parse(await readFile("results.json", "utf8")), truth);
 * const { AP, AP50 } = cocoSummary(evaluate(truth, found));
 */
export function evaluate(
  truth: GroundTruth,
  detections: readonly Detection[],
  { iouThresholds = COCO_THRESHOLDS, maxDetections = [1, 10, 100], areas = COCO_AREAS }: EvaluateOptions = {},
): Evaluation {
  check(iouThresholds, maxDetections, areas);
  const most = maxDetections.at(-1)!;
  const places = new Map([...truth.images].sort((a, b) => a.id - b.id).map(({ id }, place) => [id, place]));
  const truths = groupBy(truth.annotations, ({ category_id }) => category_id);
  const found = groupBy(detections, ({ category_id }) => category_id);

  const categories = truth.categories.map(({ id, name }) => {
    const own = groupBy(truths.get(id) ?? [], ({ image_id }) => image_id);
    const reported = groupBy(found.get(id) ?? [], ({ image_id }) => image_id);
    const images = [...new Set([...own.keys(), ...reported.keys()])].sort(
      (a, b) => places.get(a)! - places.get(b)!,
    );
    const byArea = new Map<string, ImageResult[]>(Object.keys(areas).map((area) => [area, []]));
    for (const image of images) {
      const boxes = (reported.get(image) ?? [])
        .map(({ bbox, score }): ScoredBox => ({ box: bbox, score }))
        .sort((a, b) => b.score - a.score)
        .slice(0, most);
      const targets = (own.get(image) ?? []).map(
        ({ bbox, area, iscrowd }): TruthBox => ({ box: bbox, area, crowd: iscrowd === 1 }),
      );
      const iou = overlaps(boxes, targets);
      const scores = Float64Array.from(boxes, ({ score }) => score);
      for (const [area, results] of byArea) {
        results.push({ scores, ...matchImage(boxes, targets, iou, areas[area]!, iouThresholds) });
      }
    }
    return {
      id,
      name,
      truths: (truths.get(id) ?? []).filter(({ iscrowd }) => iscrowd === 0).length,
      detections: found.get(id)?.length ?? 0,
      curves: Object.fromEntries(
        [...byArea].map(([area, results]) => [
          area,
          maxDetections.map((limit) => accumulate(results, limit, iouThresholds.length, RECALL_LEVELS)),
        ]),
      ),
    };
  });
  return { iouThresholds, recallLevels: RECALL_LEVELS, maxDetections, areas, categories };
}

function check(
  thresholds: readonly number[],
  limits: readonly number[],
  areas: Readonly<Record<string, AreaRange>>,
): void {
  const ascending = (values: readonly number[]): boolean =>
    values.length > 0 && values.every((value, i) => i === 0 || value > values[i - 1]!);
  if (!ascending(thresholds) || thresholds.some((t) => !(t > 0 && t <= 1))) {
    throw new VisionRockError(
      "bad-option",
      `iouThresholds must ascend within (0, 1], not ${JSON.stringify(thresholds)}.`,
    );
  }
  if (!ascending(limits) || limits.some((limit) => !Number.isInteger(limit) || limit < 1)) {
    throw new VisionRockError(
      "bad-option",
      `maxDetections must be ascending whole numbers of at least 1, not ${JSON.stringify(limits)}.`,
    );
  }
  for (const [name, [smallest, largest]] of Object.entries(areas)) {
    if (!(smallest >= 0 && smallest <= largest)) {
      throw new VisionRockError(
        "bad-option",
        `areas.${name} must be [smallest, largest], not [${smallest}, ${largest}].`,
      );
    }
  }
}
