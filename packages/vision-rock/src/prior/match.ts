import type { Box } from "../box.ts";
import { VisionRockError } from "../error.ts";
import { type CentredBox, encode } from "./codec.ts";
import type { Priors } from "./prior-boxes.ts";

export interface MatchOptions {
  /** A prior is positive above this IoU with a box. Default 0.5. */
  readonly positive?: number;
  /** It is background below this IoU with all boxes, and does not count in between. Default 0.4. */
  readonly negative?: number;
}

/** Targets of the P priors in one picture. */
export interface Matched {
  /** [P]: 0 background, 1 + category for a positive prior, −1 for one that does not count. */
  readonly classes: Float32Array;
  /** [P, 4]: the matched box as the codec writes it; 0 where nothing is matched. */
  readonly offsets: Float32Array;
}

/**
 * Says which prior is to find which box.
 *
 * First every box claims a prior of its own, the pair with the largest IoU of all first, then the largest among the boxes and priors left, so that
 * every box is learned however small it is and no two boxes share their best prior. A prior that no box claimed is positive where its largest IoU is
 * above `positive`, background where it is below `negative`, and left out in between. Of equal IoUs the earlier prior and the
 * earlier box win. What of a box lies outside the picture is cut off; a box that no free prior touches claims none.
 *
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325, section 2.2; the band that does not count is that of
 * ROCK's reference implementation, which lets a later box take the best prior of an earlier one. Cost: O(boxes · P).
 *
 * @param boxes in pixels of a picture of `size`
 * @param categories one a box, from 0
 * @throws VisionRockError "bad-box" for a box that is not finite, has no area or lies outside the picture, "unknown-category" for a category that is
 * no whole number from 0, "shape" for another number of categories than boxes, "bad-option" unless 0 ≤ negative ≤ positive ≤ 1
 */
export function matchPriors(
  priors: Priors,
  boxes: readonly Box[],
  categories: readonly number[],
  size: { readonly width: number; readonly height: number },
  { positive = 0.5, negative = 0.4 }: MatchOptions = {},
): Matched {
  check(boxes, categories, positive, negative);
  const { count } = priors;
  const classes = new Float32Array(count);
  const offsets = new Float32Array(4 * count);
  if (boxes.length === 0) return { classes, offsets };
  const centred = boxes.map((box, i) => centredBox(box, i, size));
  const iou = overlaps(priors, centred);
  const owners = claims(iou, boxes.length, count);
  for (let p = 0; p < count; p++) {
    let owner = owners[p]!;
    if (owner < 0) {
      let best = 0;
      for (let i = 1; i < boxes.length; i++) if (iou[i * count + p]! > iou[best * count + p]!) best = i;
      const largest = iou[best * count + p]!;
      if (largest < negative) continue;
      if (largest > positive) owner = best;
    }
    classes[p] = owner < 0 ? -1 : 1 + categories[owner]!;
    if (owner >= 0) encode(priors, p, centred[owner]!, offsets);
  }
  return { classes, offsets };
}

/** IoU of every box with every prior, [boxes, P]; the same in shares of the picture as in pixels. */
function overlaps({ count, boxes }: Priors, centred: readonly CentredBox[]): Float64Array {
  const iou = new Float64Array(centred.length * count);
  centred.forEach(([x, y, width, height], i) => {
    const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
    for (let p = 0; p < count; p++) {
      const w = boxes[4 * p + 2]!;
      const h = boxes[4 * p + 3]!;
      const across = Math.min(right, boxes[4 * p]! + w / 2) - Math.max(left, boxes[4 * p]! - w / 2);
      if (across <= 0) continue;
      const down = Math.min(bottom, boxes[4 * p + 1]! + h / 2) - Math.max(top, boxes[4 * p + 1]! - h / 2);
      if (down <= 0) continue;
      iou[i * count + p] = (across * down) / (width * height + w * h - across * down);
    }
  });
  return iou;
}

/** Which box claims a prior, [P]; −1 for none. */
function claims(iou: Float64Array, boxes: number, count: number): Int32Array {
  const owners = new Int32Array(count).fill(-1);
  const bestFree = (i: number): number => {
    let best = -1;
    let largest = 0;
    for (let p = 0; p < count; p++) {
      if (iou[i * count + p]! <= largest || owners[p]! >= 0) continue;
      largest = iou[i * count + p]!;
      best = p;
    }
    return best;
  };
  const wanted = Array.from({ length: boxes }, (_, i) => bestFree(i));
  const open = new Set(wanted.keys());
  const overlap = (i: number): number => (wanted[i]! < 0 ? 0 : iou[i * count + wanted[i]!]!);
  while (open.size > 0) {
    const first = [...open].reduce((a, b) => (overlap(b) > overlap(a) ? b : a));
    open.delete(first);
    const prior = wanted[first]!;
    if (prior < 0) continue;
    owners[prior] = first;
    for (const i of open) if (wanted[i] === prior) wanted[i] = bestFree(i);
  }
  return owners;
}

function centredBox(box: Box, index: number, size: { width: number; height: number }): CentredBox {
  const left = Math.max(box[0], 0) / size.width;
  const top = Math.max(box[1], 0) / size.height;
  const right = Math.min(box[0] + box[2], size.width) / size.width;
  const bottom = Math.min(box[1] + box[3], size.height) / size.height;
  // Written so that NaN fails too.
  if (!(right > left && bottom > top && box.every(Number.isFinite))) {
    const what = `Box ${index} is [${box.join(", ")}] (x, y, width, height)`;
    throw new VisionRockError(
      "bad-box",
      `${what}; it must have an area inside the picture of ${size.width} × ${size.height}.`,
      { index, box },
    );
  }
  return [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top];
}

function check(
  boxes: readonly Box[],
  categories: readonly number[],
  positive: number,
  negative: number,
): void {
  if (!(negative >= 0 && negative <= positive && positive <= 1)) {
    const what = `matchPriors: negative is ${negative} and positive ${positive}`;
    throw new VisionRockError("bad-option", `${what}; give 0 ≤ negative ≤ positive ≤ 1.`);
  }
  if (boxes.length !== categories.length) {
    const what = `matchPriors: ${boxes.length} boxes have ${categories.length} categories`;
    throw new VisionRockError("shape", `${what}; give one a box.`);
  }
  const wrong = categories.findIndex((category) => !(Number.isInteger(category) && category >= 0));
  if (wrong < 0) return;
  const what = `matchPriors: the category of box ${wrong} is ${categories[wrong]}`;
  throw new VisionRockError("unknown-category", `${what}; give a whole number from 0 on.`, { index: wrong });
}
