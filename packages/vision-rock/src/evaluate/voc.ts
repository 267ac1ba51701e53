import { boxIou } from "../box.ts";
import { VisionRockError } from "../error.ts";
import type { Detection, GroundTruth } from "./coco-json.ts";
import { groupBy } from "./group.ts";

export interface VocOptions {
  /** IoU from which a detection counts; default 0.5. */
  readonly iou?: number;
  /** `"all"` (default) is the area under the curve, as from VOC2010 on; `"11"` the mean over recalls 0, 0.1 … 1, as in VOC2007. */
  readonly points?: "11" | "all";
}

/** AP of one category; null if there is nothing to find. */
export interface VocRow {
  readonly id: number;
  readonly name: string;
  readonly AP: number | null;
}

/**
 * Average precision as the PASCAL VOC challenges define it, and its mean over the categories that have something to find.
 *
 * Detections of a category over all images, the best first (equal scores keep their order): each looks at the one true box with the largest IoU.
 * If that reaches `iou` and the box is free, it is a hit; if the box was found before, a false alarm. A box with `iscrowd` 1 stands for
 * VOC's `difficult`: what falls on it counts neither way. With recall r and the largest precision p(r') at any recall r' >= r:
 * AP = Σ over hits of Δr · p(r), or for 11 points the mean of p at 0, 0.1 … 1.
 *
 * Everingham et al., "The PASCAL Visual Object Classes (VOC) Challenge", IJCV 2010, https://doi.org/10.1007/s11263-009-0275-4. Differs from its
 * tools: boxes are real numbers, with no pixel added to widths. Cost: O(D log D + D · boxes of an image).
 *
 * @throws VisionRockError "bad-option" for an IoU outside (0, 1].
 */
export function vocAveragePrecision(
  truth: GroundTruth,
  detections: readonly Detection[],
  { iou = 0.5, points = "all" }: VocOptions = {},
): { readonly mAP: number | null; readonly categories: readonly VocRow[] } {
  if (!(iou > 0 && iou <= 1)) {
    throw new VisionRockError("bad-option", `The IoU must be in (0, 1], not ${iou}.`);
  }
  const truths = groupBy(truth.annotations, ({ category_id }) => category_id);
  const found = groupBy(detections, ({ category_id }) => category_id);
  const categories = truth.categories.map(({ id, name }): VocRow => {
    const { recall, precision } = curve(truths.get(id) ?? [], found.get(id) ?? [], iou);
    const AP =
      recall === undefined ? null : points === "11" ? eleven(recall, precision) : area(recall, precision);
    return { id, name, AP };
  });
  const known = categories.flatMap(({ AP }) => AP ?? []);
  return { mAP: known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length, categories };
}

/** Recall and interpolated precision after each detection that counts; no recall if there is nothing to find. */
function curve(
  truths: GroundTruth["annotations"],
  detections: readonly Detection[],
  iou: number,
): { recall?: number[]; precision: number[] } {
  const positives = truths.filter(({ iscrowd }) => iscrowd === 0).length;
  if (positives === 0) return { precision: [] };
  const byImage = groupBy(truths, ({ image_id }) => image_id);
  const found = new Set<GroundTruth["annotations"][number]>();
  const recall: number[] = [];
  const precision: number[] = [];
  let hits = 0;
  for (const detection of detections.toSorted((a, b) => b.score - a.score)) {
    let best = -1;
    let match: GroundTruth["annotations"][number] | undefined;
    for (const candidate of byImage.get(detection.image_id) ?? []) {
      const overlap = boxIou(detection.bbox, candidate.bbox);
      if (overlap > best) [best, match] = [overlap, candidate];
    }
    const hit = match !== undefined && best >= iou;
    if (hit && match!.iscrowd === 1) continue;
    if (hit && !found.has(match!)) {
      found.add(match!);
      hits++;
    }
    recall.push(hits / positives);
    precision.push(hits / recall.length);
  }
  for (let i = precision.length - 2; i >= 0; i--) precision[i] = Math.max(precision[i]!, precision[i + 1]!);
  return { recall, precision };
}

function area(recall: readonly number[], precision: readonly number[]): number {
  let sum = 0;
  for (const [i, r] of recall.entries()) sum += (r - (recall[i - 1] ?? 0)) * precision[i]!;
  return sum;
}

function eleven(recall: readonly number[], precision: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i <= 10; i++) {
    // A recall of k / n may lie a rounding below the level that it equals.
    const place = recall.findIndex((r) => r >= i / 10 - 1e-12);
    if (place >= 0) sum += precision[place]!;
  }
  return sum / 11;
}
