import { descending } from "./order.ts";
import { rowIou } from "./overlap.ts";

/**
 * Non-maximum suppression: goes through the boxes from the greatest score to the least and keeps a box whose IoU with every box kept before is
 * below `iou`; of equal scores the earlier box comes first.
 *
 * Neubeck and Van Gool, "Efficient Non-Maximum Suppression", ICPR 2006, https://doi.org/10.1109/ICPR.2006.479. Boxes of one class are meant; call it
 * once a class. Cost: O(n · kept) after one sort.
 *
 * @param boxes [n, 4] as x, y, width, height
 * @param scores [n]
 * @returns places of the boxes that are kept, in descending order of their scores
 */
export function greedyNms(boxes: Float64Array, scores: ArrayLike<number>, iou: number): number[] {
  const kept: number[] = [];
  for (const i of descending(scores)) {
    let free = true;
    for (let k = 0; free && k < kept.length; k++) free = rowIou(boxes, i, kept[k]!) < iou;
    if (free) kept.push(i);
  }
  return kept;
}
