import { rowIou } from "./overlap.ts";

export interface SoftNmsOptions {
  readonly decay: "linear" | "gaussian";
  /** From this IoU on the linear decay acts. Default 0.3. */
  readonly iou?: number;
  /** Width σ of the Gaussian decay. Default 0.5. */
  readonly sigma?: number;
  /** Boxes whose score falls to this or below are dropped. Default 0.001. */
  readonly score?: number;
}

/**
 * Soft non-maximum suppression: takes the box with the greatest score and lowers the scores of all others that overlap it, until none is left:
 * linear s ← s·(1 − o) where the IoU o is at least `iou`, Gaussian s ← s·exp(−o²/σ). Of equal scores the earlier box comes first.
 *
 * Bodla et al., "Soft-NMS – Improving Object Detection With One Line of Code", ICCV 2017, https://arxiv.org/abs/1704.04503. Boxes of one class are
 * meant; call it once a class. Cost: O(n²).
 *
 * @param boxes [n, 4] as x, y, width, height
 * @param scores [n]
 * @returns places of the boxes that are left and their lowered scores, in descending order
 */
export function softNms(
  boxes: Float64Array,
  scores: ArrayLike<number>,
  { decay, iou = 0.3, sigma = 0.5, score = 0.001 }: SoftNmsOptions,
): { index: number; score: number }[] {
  const factor = (overlap: number): number => {
    if (decay === "gaussian") return Math.exp(-(overlap * overlap) / sigma);
    return overlap >= iou ? 1 - overlap : 1;
  };
  const left = Float64Array.from(scores);
  const open = Array.from(left.keys()).filter((i) => left[i]! > score);
  const kept: { index: number; score: number }[] = [];
  while (open.length > 0) {
    let best = 0;
    for (let k = 1; k < open.length; k++) if (left[open[k]!]! > left[open[best]!]!) best = k;
    const [index] = open.splice(best, 1) as [number];
    kept.push({ index, score: left[index]! });
    let stay = 0;
    for (const i of open) {
      left[i] = left[i]! * factor(rowIou(boxes, index, i));
      if (left[i]! > score) open[stay++] = i;
    }
    open.length = stay;
  }
  return kept;
}
