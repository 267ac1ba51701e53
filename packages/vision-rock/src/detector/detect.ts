import type { NDArray } from "@outrigger/core/graph/array";
import type { Box } from "../box.ts";
import { requireCounts } from "../check.ts";
import { VisionRockError } from "../error.ts";
import { decode } from "../prior/codec.ts";
import type { Priors } from "../prior/prior-boxes.ts";
import { greedyNms } from "../suppress/greedy-nms.ts";
import { descending } from "../suppress/order.ts";
import { softNms } from "../suppress/soft-nms.ts";

export interface DetectOptions {
  /** Boxes need a probability above this one. Default 0.05. */
  readonly score?: number;
  /** Of two boxes of a class whose IoU is not below this one, only the better stays. Default 0.3. */
  readonly iou?: number;
  /** Boxes of a class that enter suppression, the best first. Default 200. */
  readonly perClass?: number;
  /** Boxes of a picture that are reported, the best first. Default 100. */
  readonly perImage?: number;
  /** Lowers the scores of overlapping boxes instead of dropping them. Default: they are dropped. */
  readonly soft?: "linear" | "gaussian";
  /** Width of the Gaussian decay. Default 0.5. */
  readonly sigma?: number;
}

/** An object that a detector found. */
export interface DetectedObject {
  /** Place in the list of classes. */
  readonly category: number;
  /** In pixels, inside the picture. */
  readonly box: Box;
  /** Probability of the class; lowered by overlaps if suppression is soft. */
  readonly score: number;
}

/** What one class may have found in one picture: prior and probability of each box. */
interface Candidates {
  readonly priors: number[];
  readonly scores: number[];
}

/**
 * The objects in a batch of pictures, from what the detector's head gives: softmax over background and classes, boxes by the codec, cut to the
 * picture, suppression class by class.
 *
 * Cost: one pass over the logits, in which a prior costs an exponential only when one of its classes may exceed `score`; then O(perClass²) a
 * class that has as many candidates.
 *
 * @param output [batch, P, 4 + 1 + classes]: offsets, then logits with background first
 * @param sizes of the pictures in pixels, one a picture; the batch may be longer (padding)
 * @returns for every picture its objects, the most probable first
 * @throws VisionRockError "shape" for an output of another shape, "bad-option" for thresholds outside of [0, 1] or limits that are no positive whole number,
 * "not-finite" for logits or offsets that are not finite
 */
export function detections(
  output: NDArray,
  priors: Priors,
  options: DetectOptions,
  sizes: readonly { readonly width: number; readonly height: number }[],
): DetectedObject[][] {
  checkOptions(options);
  const [batch, rows, width] = output.shape;
  if (output.shape.length !== 3 || batch! < sizes.length || rows !== priors.count || width! < 6) {
    const wanted = `[batch from ${sizes.length}, ${priors.count}, 4 + 1 + classes]`;
    throw new VisionRockError(
      "shape",
      `detections: the output is [${output.shape.join(", ")}], not ${wanted}.`,
    );
  }
  return sizes.map((size, image) => {
    const found = candidates(output, image, options.score ?? 0.05).flatMap((of, category) =>
      suppressed(of, output, image, priors, options, size).map((object) => ({ category, ...object })),
    );
    return found.sort((a, b) => b.score - a.score).slice(0, options.perImage ?? 100);
  });
}

/** By class, the priors whose probability of it is above the threshold. */
function candidates({ data, shape }: NDArray, image: number, threshold: number): Candidates[] {
  const [, count, width] = shape as [number, number, number];
  const classes = width - 5;
  const found = Array.from({ length: classes }, (): Candidates => ({ priors: [], scores: [] }));
  // p_c ≤ σ(l_c − l_background), so a class above the threshold leads the background by more than this.
  const lead = Math.log(threshold / (1 - threshold));
  let sum = 0;
  for (let p = 0; p < count; p++) {
    const at = (image * count + p) * width + 4;
    const background = data[at]!;
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 1; c <= classes; c++) {
      const logit = data[at + c]!;
      sum += logit;
      if (logit > top) top = logit;
    }
    sum += background;
    if (!(top - background > lead)) continue;
    const greatest = Math.max(top, background);
    let total = 0;
    for (let c = 0; c <= classes; c++) total += Math.exp(data[at + c]! - greatest);
    // The least logit that is above the threshold, but for rounding, which the exponential settles.
    const least = greatest + Math.log(threshold * total) - 1e-6;
    for (let c = 1; c <= classes; c++) {
      if (data[at + c]! < least) continue;
      const score = Math.exp(data[at + c]! - greatest) / total;
      if (score <= threshold) continue;
      found[c - 1]!.priors.push(p);
      found[c - 1]!.scores.push(score);
    }
  }
  if (!Number.isFinite(sum)) throw notFinite("logits", image);
  return found;
}

/** The best candidates of one class, decoded and without those that others suppress. */
function suppressed(
  { priors: places, scores: all }: Candidates,
  { data, shape }: NDArray,
  image: number,
  priors: Priors,
  { score, iou = 0.3, perClass = 200, soft, sigma }: DetectOptions,
  size: { readonly width: number; readonly height: number },
): { box: Box; score: number }[] {
  if (places.length === 0) return [];
  const [, count, width] = shape as [number, number, number];
  const boxes = new Float64Array(4 * Math.min(places.length, perClass));
  const scores: number[] = [];
  for (const i of descending(all, perClass)) {
    const p = places[i]!;
    const [cx, cy, w, h] = decode(priors, p, data as Float32Array, (image * count + p) * width);
    if (!Number.isFinite(cx + cy + w + h)) throw notFinite("offsets", image);
    const left = Math.max(cx - w / 2, 0) * size.width;
    const top = Math.max(cy - h / 2, 0) * size.height;
    const right = Math.min(cx + w / 2, 1) * size.width;
    const bottom = Math.min(cy + h / 2, 1) * size.height;
    // Nothing is left of a box that lies outside.
    if (right <= left || bottom <= top) continue;
    boxes.set([left, top, right - left, bottom - top], 4 * scores.length);
    scores.push(all[i]!);
  }
  const kept =
    soft === undefined
      ? greedyNms(boxes, scores, iou).map((index) => ({ index, score: scores[index]! }))
      : softNms(boxes, scores, {
          decay: soft,
          iou,
          score: score ?? 0.05,
          ...(sigma !== undefined && { sigma }),
        });
  return kept.map(({ index, score: s }) => ({
    box: Array.from(boxes.subarray(4 * index, 4 * index + 4)) as unknown as Box,
    score: s,
  }));
}

function checkOptions({ score = 0, iou = 0, sigma = 1, perClass = 1, perImage = 1 }: DetectOptions): void {
  for (const [name, share] of Object.entries({ score, iou })) {
    if (share >= 0 && share <= 1) continue;
    throw new VisionRockError("bad-option", `detections: ${name} is ${share}; give a number from 0 to 1.`);
  }
  if (!(sigma > 0)) {
    throw new VisionRockError("bad-option", `detections: sigma is ${sigma}; give a positive number.`);
  }
  requireCounts("detections", { perClass, perImage });
}

const notFinite = (what: string, image: number): VisionRockError =>
  new VisionRockError(
    "not-finite",
    `The detector's ${what} for picture ${image} of the batch are not finite; its weights or the picture's values are not.`,
    { image },
  );
