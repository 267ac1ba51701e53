import { VisionRockError } from "../error.ts";

/** A suggested prior. */
export interface FittedPrior {
  /** In the units of the boxes that were given. */
  readonly width: number;
  readonly height: number;
  /** Side of a square of the same area: the `scale` of a level, if boxes are given in shares of the picture. */
  readonly scale: number;
  /** Width over height. */
  readonly ratio: number;
  /** Share of the boxes that are nearest to it. */
  readonly share: number;
}

export interface FittedPriors {
  /** From the smallest to the largest. */
  readonly priors: readonly FittedPrior[];
  /** Mean over the boxes of the IoU with the nearest prior, both with the same centre. */
  readonly meanIou: number;
}

type Size = readonly [width: number, height: number];

const MOST_PASSES = 100;

/**
 * Sizes of priors that suit a set of boxes: k-means on the distance 1 − IoU of boxes laid on one centre.
 *
 * Starts from the boxes at the k evenly spaced ranks of the areas, so that the same boxes give the same sizes; a centre that loses its boxes keeps its place.
 * The mean of a group need not lower the distance, so the best pass is what is returned.
 *
 * Redmon and Farhadi, "YOLO9000: Better, Faster, Stronger", CVPR 2017, https://arxiv.org/abs/1612.08242, section 2. Cost: O(boxes · k) a pass, at most
 * 100 passes.
 *
 * @param boxes [width, height] of each box; in shares of the picture's sides for levels of `priorBoxes`
 * @throws VisionRockError "bad-box" for a size that is not positive, "bad-option" unless 1 ≤ k ≤ boxes
 */
export function fitPriors(boxes: readonly Size[], k: number): FittedPriors {
  if (!(Number.isInteger(k) && k >= 1 && k <= boxes.length)) {
    const what = `fitPriors: k is ${k} for ${boxes.length} boxes`;
    throw new VisionRockError("bad-option", `${what}; give a whole number from 1 to the number of boxes.`);
  }
  boxes.forEach(([width, height], index) => {
    if (width > 0 && height > 0 && Number.isFinite(width * height)) return;
    const what = `fitPriors: box ${index} is ${width} × ${height}`;
    throw new VisionRockError("bad-box", `${what}; give positive sizes.`, { index });
  });
  const byArea = [...boxes].sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  let centres: readonly Size[] = Array.from(
    { length: k },
    (_, c) => byArea[Math.floor(((c + 0.5) * boxes.length) / k)]!,
  );
  let best = group(boxes, centres);
  for (let pass = 0, last = best; pass < MOST_PASSES; pass++) {
    centres = centres.map((centre, c) => meanSize(boxes, last, c) ?? centre);
    const next = group(boxes, centres);
    if (next.meanIou > best.meanIou) best = next;
    if (next.nearest.every((c, i) => c === last.nearest[i])) break;
    last = next;
  }
  const priors = best.centres.map(([width, height], c): FittedPrior => {
    const share = best.nearest.filter((nearest) => nearest === c).length / boxes.length;
    return { width, height, scale: Math.sqrt(width * height), ratio: width / height, share };
  });
  return { priors: priors.sort((a, b) => a.scale - b.scale), meanIou: best.meanIou };
}

interface Grouping {
  readonly centres: readonly Size[];
  /** Place of the nearest centre, by box. */
  readonly nearest: readonly number[];
  readonly meanIou: number;
}

function group(boxes: readonly Size[], centres: readonly Size[]): Grouping {
  let sum = 0;
  const nearest = boxes.map((box) => {
    let at = 0;
    let largest = -1;
    centres.forEach((centre, c) => {
      const iou = concentricIou(box, centre);
      if (iou <= largest) return;
      largest = iou;
      at = c;
    });
    sum += largest;
    return at;
  });
  return { centres, nearest, meanIou: sum / boxes.length };
}

function concentricIou([w, h]: Size, [v, g]: Size): number {
  const shared = Math.min(w, v) * Math.min(h, g);
  return shared / (w * h + v * g - shared);
}

/** Mean size of the boxes of one centre, or null if it has none. */
function meanSize(boxes: readonly Size[], { nearest }: Grouping, centre: number): Size | null {
  const own = boxes.filter((_, i) => nearest[i] === centre);
  if (own.length === 0) return null;
  const mean = (side: 0 | 1): number => own.reduce((sum, box) => sum + box[side], 0) / own.length;
  return [mean(0), mean(1)];
}
