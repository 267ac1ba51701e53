import { type Box, intersection } from "../box.ts";

/** A box of the ground truth, in one image and of one category. */
export interface TruthBox {
  readonly box: Box;
  readonly area: number;
  readonly crowd: boolean;
}

/** The detections of one image and category, the best first. */
export interface ScoredBox {
  readonly box: Box;
  readonly score: number;
}

export type AreaRange = readonly [smallest: number, largest: number];

/** How the detections of one image fared: per threshold and detection, 0 for a false alarm, 1 for a hit, 2 for one that does not count. */
export interface Matched {
  readonly verdicts: Uint8Array;
  /** Boxes of the ground truth that count in this range of areas. */
  readonly positives: number;
}

export const FALSE_ALARM = 0;
export const HIT = 1;
export const IGNORED = 2;

/** |d ∩ g| / |d ∪ g| for every detection and true box, [detections, truths]; for a crowd, the share of the detection inside: |d ∩ g| / |d|. */
export function overlaps(detections: readonly ScoredBox[], truths: readonly TruthBox[]): Float64Array {
  const out = new Float64Array(detections.length * truths.length);
  let at = 0;
  for (const { box } of detections) {
    const size = box[2] * box[3];
    for (const truth of truths) {
      const shared = intersection(box, truth.box);
      const union = truth.crowd ? size : size + truth.box[2] * truth.box[3] - shared;
      out[at++] = shared === 0 ? 0 : shared / union;
    }
  }
  return out;
}

/**
 * COCO's matching in one image, for one category and one range of areas, at every IoU threshold.
 *
 * Each detection, the best first, takes the free true box with the largest IoU of at least min(t, 1 − 1e-10); of equal ones the later. A box
 * that counts is preferred to one that does not (crowds, and areas outside the range); crowds are never used up. What is matched
 * to a box that does not count, and what is unmatched with an area outside the range, is ignored.
 *
 * Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014, https://arxiv.org/abs/1405.0312; order of steps and ties as in
 * pycocotools 2.0 (`evaluateImg`). Cost: O(thresholds · detections · truths).
 */
export function matchImage(
  detections: readonly ScoredBox[],
  truths: readonly TruthBox[],
  iou: Float64Array,
  range: AreaRange,
  thresholds: readonly number[],
): Matched {
  const outside = (area: number): boolean => area < range[0] || area > range[1];
  const ignored = truths.map(({ area, crowd }) => crowd || outside(area));
  const order = [...truths.keys()].sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
  const positives = ignored.filter((is) => !is).length;
  const strange = detections.map(({ box }) => outside(box[2] * box[3]));
  const verdicts = new Uint8Array(thresholds.length * detections.length);
  const taken = new Uint8Array(truths.length);
  for (let t = 0; t < thresholds.length; t++) {
    taken.fill(0);
    for (let d = 0; d < detections.length; d++) {
      let best = Math.min(thresholds[t]!, 1 - 1e-10);
      let match = -1;
      for (const g of order) {
        if (taken[g] === 1 && !truths[g]!.crowd) continue;
        if (match >= 0 && !ignored[match] && ignored[g]) break;
        const overlap = iou[d * truths.length + g]!;
        if (overlap < best) continue;
        best = overlap;
        match = g;
      }
      if (match >= 0) taken[match] = 1;
      const skip = match >= 0 ? ignored[match]! : strange[d]!;
      verdicts[t * detections.length + d] = skip ? IGNORED : match >= 0 ? HIT : FALSE_ALARM;
    }
  }
  return { verdicts, positives };
}
