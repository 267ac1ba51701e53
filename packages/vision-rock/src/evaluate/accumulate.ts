import { FALSE_ALARM, HIT, type Matched } from "./match.ts";

/** What one image adds to one category's curve. */
export interface ImageResult extends Matched {
  /** Of the detections, the best first. */
  readonly scores: Float64Array;
}

/** Precision at fixed levels of recall, by threshold. */
export interface Curves {
  /** [thresholds, recall levels]; 0 where the recall is not reached. */
  readonly precision: Float64Array;
  /** Score of the detection at which each level of recall is reached, [thresholds, recall levels]; 0 where it is not. */
  readonly score: Float64Array;
  /** Recall after the last detection, by threshold. */
  readonly recall: Float64Array;
}

/** Keeps the quotient from being 0 / 0, as numpy's spacing(1) does in pycocotools. */
const EPSILON = 2 ** -52;

/**
 * COCO's precision-recall curves of one category: with cumulative hits TP and false alarms FP over all images' detections, the best first,
 * recall = TP / positives and precision = TP / (TP + FP + 2^-52), made non-increasing from the right, read at the first place
 * where recall reaches each level. Equal scores keep the order of images. Undefined if there is nothing to find.
 *
 * @param images in ascending order of their ids. @param most detections of an image that are looked at, the best first.
 *
 * Source: as `matchImage` (`accumulate` of pycocotools). Cost: O(D log D + thresholds · (D + levels)) for D detections.
 */
export function accumulate(
  images: readonly ImageResult[],
  most: number,
  thresholds: number,
  levels: readonly number[],
): Curves | undefined {
  let positives = 0;
  let count = 0;
  for (const image of images) {
    positives += image.positives;
    count += Math.min(most, image.scores.length);
  }
  if (positives === 0) return undefined;
  const scores = new Float64Array(count);
  const verdicts = new Uint8Array(thresholds * count);
  let at = 0;
  for (const image of images) {
    const own = image.scores.length;
    const kept = Math.min(most, own);
    scores.set(image.scores.subarray(0, kept), at);
    for (let t = 0; t < thresholds; t++) {
      verdicts.set(image.verdicts.subarray(t * own, t * own + kept), t * count + at);
    }
    at += kept;
  }
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);

  const precision = new Float64Array(thresholds * levels.length);
  const score = new Float64Array(thresholds * levels.length);
  const recall = new Float64Array(thresholds);
  const rising = new Float64Array(count);
  const envelope = new Float64Array(count);
  for (let t = 0; t < thresholds; t++) {
    let hits = 0;
    let alarms = 0;
    for (let i = 0; i < count; i++) {
      const verdict = verdicts[t * count + order[i]!]!;
      if (verdict === HIT) hits++;
      else if (verdict === FALSE_ALARM) alarms++;
      rising[i] = hits / positives;
      envelope[i] = hits / (hits + alarms + EPSILON);
    }
    for (let i = count - 1; i > 0; i--) {
      if (envelope[i]! > envelope[i - 1]!) envelope[i - 1] = envelope[i]!;
    }
    recall[t] = count > 0 ? rising[count - 1]! : 0;
    let place = 0;
    for (let r = 0; r < levels.length; r++) {
      while (place < count && rising[place]! < levels[r]!) place++;
      if (place === count) break;
      precision[t * levels.length + r] = envelope[place]!;
      score[t * levels.length + r] = scores[order[place]!]!;
    }
  }
  return { precision, score, recall };
}
