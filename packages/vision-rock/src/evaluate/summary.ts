import { VisionRockError } from "../error.ts";
import type { Curves } from "./accumulate.ts";
import type { Evaluation } from "./evaluate.ts";

export interface Selection {
  /** One of the evaluated thresholds; default the mean over all. */
  readonly iou?: number;
  /** A size bucket's name; default `all`. */
  readonly area?: string;
  /** One of the evaluated limits; default the largest. */
  readonly maxDetections?: number;
  /** A category's id; default the mean over all. */
  readonly category?: number;
}

/**
 * Average precision: the mean of the precision at 101 levels of recall, over the thresholds and categories selected; categories with
 * nothing to find are left out. Null if that leaves none (pycocotools prints −1).
 *
 * @throws VisionRockError "bad-option" for a selection that was not evaluated.
 */
export const averagePrecision = (evaluation: Evaluation, selection: Selection = {}): number | null =>
  mean(evaluation, selection, evaluation.recallLevels.length, ({ precision }) => precision);

/** Average recall: the recall after the last detection, averaged and selected as in `averagePrecision`. */
export const averageRecall = (evaluation: Evaluation, selection: Selection = {}): number | null =>
  mean(evaluation, selection, 1, ({ recall }) => recall);

/** COCO's twelve numbers, in the order in which its tools print them; null where they print −1. */
export interface CocoSummary {
  readonly AP: number | null;
  readonly AP50: number | null;
  readonly AP75: number | null;
  readonly APsmall: number | null;
  readonly APmedium: number | null;
  readonly APlarge: number | null;
  readonly AR1: number | null;
  readonly AR10: number | null;
  readonly AR100: number | null;
  readonly ARsmall: number | null;
  readonly ARmedium: number | null;
  readonly ARlarge: number | null;
}

/**
 * COCO's twelve numbers of an evaluation with the default options.
 *
 * @throws VisionRockError "bad-option" if a threshold, limit or bucket that they need was not evaluated.
 */
export const cocoSummary = (evaluation: Evaluation): CocoSummary => ({
  AP: averagePrecision(evaluation, { maxDetections: 100 }),
  AP50: averagePrecision(evaluation, { maxDetections: 100, iou: 0.5 }),
  AP75: averagePrecision(evaluation, { maxDetections: 100, iou: 0.75 }),
  APsmall: averagePrecision(evaluation, { maxDetections: 100, area: "small" }),
  APmedium: averagePrecision(evaluation, { maxDetections: 100, area: "medium" }),
  APlarge: averagePrecision(evaluation, { maxDetections: 100, area: "large" }),
  AR1: averageRecall(evaluation, { maxDetections: 1 }),
  AR10: averageRecall(evaluation, { maxDetections: 10 }),
  AR100: averageRecall(evaluation, { maxDetections: 100 }),
  ARsmall: averageRecall(evaluation, { maxDetections: 100, area: "small" }),
  ARmedium: averageRecall(evaluation, { maxDetections: 100, area: "medium" }),
  ARlarge: averageRecall(evaluation, { maxDetections: 100, area: "large" }),
});

/** One category's line of a table. */
export interface CategoryRow {
  readonly id: number;
  readonly name: string;
  readonly truths: number;
  readonly detections: number;
  /** Mean over all thresholds, and at the lowest. */
  readonly AP: number | null;
  readonly APlowest: number | null;
  readonly AR: number | null;
  /** AP by size bucket. */
  readonly byArea: Readonly<Record<string, number | null>>;
}

/** AP and AR of every category, at the largest limit of detections. */
export const categoryTable = (evaluation: Evaluation): CategoryRow[] =>
  evaluation.categories.map(({ id, name, truths, detections }) => ({
    id,
    name,
    truths,
    detections,
    AP: averagePrecision(evaluation, { category: id, area: firstArea(evaluation) }),
    APlowest: averagePrecision(evaluation, {
      category: id,
      area: firstArea(evaluation),
      iou: evaluation.iouThresholds[0]!,
    }),
    AR: averageRecall(evaluation, { category: id, area: firstArea(evaluation) }),
    byArea: Object.fromEntries(
      Object.keys(evaluation.areas).map((area) => [
        area,
        averagePrecision(evaluation, { category: id, area }),
      ]),
    ),
  }));

/** A precision-recall curve: three lists of the same length. */
export interface PrecisionRecallCurve {
  readonly recall: readonly number[];
  /** Non-increasing; 0 beyond the recall that is reached. */
  readonly precision: readonly number[];
  /** Score down to which detections must be kept for this recall; null beyond what is reached. */
  readonly score: readonly (number | null)[];
}

/**
 * The precision at 101 levels of recall for one category and threshold; undefined if there is nothing to find.
 *
 * @throws VisionRockError "bad-option" for a selection that was not evaluated.
 */
export function precisionRecallCurve(
  evaluation: Evaluation,
  selection: Selection & { readonly category: number; readonly iou: number },
): PrecisionRecallCurve | undefined {
  const { curves, thresholds } = select(evaluation, selection);
  const [own] = curves;
  if (own === undefined) return undefined;
  const n = evaluation.recallLevels.length;
  const from = thresholds[0]! * n;
  const reached = own.recall[thresholds[0]!]!;
  return {
    recall: evaluation.recallLevels,
    precision: [...own.precision.subarray(from, from + n)],
    score: evaluation.recallLevels.map((r, i) => (r <= reached ? own.score[from + i]! : null)),
  };
}

/** The bucket that stands for all sizes: COCO's `all`, or the first of the caller's own. */
const firstArea = ({ areas }: Evaluation): string => ("all" in areas ? "all" : Object.keys(areas)[0]!);

function mean(
  evaluation: Evaluation,
  selection: Selection,
  perThreshold: number,
  read: (curves: Curves) => Float64Array,
): number | null {
  const { curves, thresholds } = select(evaluation, selection);
  if (curves.length === 0) return null;
  let sum = 0;
  for (const own of curves) {
    const values = read(own);
    for (const t of thresholds) {
      for (let i = t * perThreshold; i < (t + 1) * perThreshold; i++) sum += values[i]!;
    }
  }
  return sum / (curves.length * thresholds.length * perThreshold);
}

/** The curves that a selection means, without those of categories that have nothing to find, and the places of its thresholds. */
function select(
  evaluation: Evaluation,
  { iou, area = "all", maxDetections = evaluation.maxDetections.at(-1)!, category }: Selection,
): { curves: Curves[]; thresholds: number[] } {
  const { iouThresholds, areas } = evaluation;
  const known = (what: string, value: unknown, values: readonly unknown[]): number => {
    const place = values.indexOf(value);
    if (place >= 0) return place;
    throw new VisionRockError(
      "bad-option",
      `${what} ${String(value)} was not evaluated; there are ${values.join(", ")}.`,
    );
  };
  const limit = known("maxDetections", maxDetections, evaluation.maxDetections);
  known("The area", area, Object.keys(areas));
  const ids = evaluation.categories.map(({ id }) => id);
  const rows =
    category === undefined
      ? evaluation.categories
      : [evaluation.categories[known("The category", category, ids)]!];
  return {
    curves: rows.flatMap(({ curves }) => curves[area]![limit] ?? []),
    thresholds: iou === undefined ? [...iouThresholds.keys()] : [known("The threshold", iou, iouThresholds)],
  };
}
