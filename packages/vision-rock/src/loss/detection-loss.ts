import type { Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { VisionRockError } from "../error.ts";
import { LOSS_WEIGHTS } from "../model/defaults.ts";
import type { Priors } from "../prior/prior-boxes.ts";
import { requireOutput } from "./require-output.ts";
import { smoothL1 } from "./smooth-l1.ts";

export interface DetectionTaskOptions {
  /** Default "detection". */
  readonly name?: string;
  readonly priors: Pick<Priors, "count">;
  /** Classes without the background. */
  readonly classes: number;
  /** Weight of the boxes beside the classes. Default that of `LOSS_WEIGHTS`. */
  readonly localization?: number;
  /** What background priors count: the hardest ones, all with a common weight, or all by their focal weight. Default "mined". */
  readonly negatives?: "mined" | "all" | "focal";
  /** Background priors a positive one for "mined" (default 3), or their total weight a positive one for "all" (default 5). */
  readonly ratio?: number;
  /** Exponent γ of "focal", 0 or from 1. Default 2. */
  readonly gamma?: number;
  /** Weight α of positive priors in "focal", 1 − α that of background ones. Default 0.25. */
  readonly alpha?: number;
}

/** What every kind of confidence loss reads, each [batch, P] but for the last. */
interface Confidence {
  /** −ln p of the prior's class. */
  readonly entropy: Tensor2D;
  /** 1 for a prior that is matched. */
  readonly positive: Tensor2D;
  /** 1 for a prior that is background. Neither: it does not count. */
  readonly negative: Tensor2D;
  /** n = max(1, number of positive priors), [batch]. */
  readonly matched: Tensor1D;
}

/**
 * The loss of a detector, picture by picture: (L_conf + w · L_loc)/n with n = max(1, number of positive priors).
 *
 * L_loc is the sum over positive priors and their four offsets of the smooth L1 distance (e²/2 for |e| < 1, else |e| − ½). L_conf is made of the cross-entropies
 * −ln p_y of the softmax over background and classes, by `negatives`:
 * - "mined": the sum over positive priors and over the `ratio` · n background priors with the largest cross-entropy;
 * - "all": the sum over positive priors, and the mean over all background priors times `ratio` · n;
 * - "focal": the sum over all of α_y (1 − p_y)^γ (−ln p_y), α_y = α for positive priors and 1 − α for background.
 *
 * Priors of class −1 count nowhere. A picture without boxes has n = 1, so that its background is learned; SSD leaves such pictures out. A
 * class that is none of the C makes the loss NaN, so that no step is made on it.
 *
 * Output: [batch, P, 4 + 1 + C], offsets, then logits with background first. Mask: the batch's `detection`. No metric: detections are measured over
 * a whole split, by `evaluate`.
 *
 * Liu et al., "SSD: Single Shot MultiBox Detector", ECCV 2016, https://arxiv.org/abs/1512.02325; Lin et al., "Focal Loss for Dense Object Detection",
 * ICCV 2017, https://arxiv.org/abs/1708.02002 (there a sigmoid a class, here a softmax); "all" is the variant of ROCK's reference implementation.
 * Cost: a softmax over P · (1 + C) numbers a picture, and for "mined" a sort of P.
 *
 * @throws VisionRockError "bad-option" for a weight that is negative or not finite, a γ between 0 and 1 or an α outside of [0, 1]; later "shape" for an output of another shape
 */
export function detectionTask(options: DetectionTaskOptions): Task<DetectionBatch> {
  const { name = "detection", priors, classes, localization = LOSS_WEIGHTS.localization } = options;
  check(options);
  const confidence = confidenceOf(options);
  return {
    name,
    role: "primary",
    loss(output, batch) {
      const rows = batch.classes.shape[0];
      const { count } = priors;
      requireOutput(name, output.shape, [rows, count, 5 + classes]);
      const offsets = tf.slice(output as Tensor3D, [0, 0, 0], [rows, count, 4]);
      const logits = tf.slice(output as Tensor3D, [0, 0, 4], [rows, count, 1 + classes]);
      const positive = tf.cast(tf.greater(batch.classes, 0), "float32") as Tensor2D;
      const negative = tf.cast(tf.equal(batch.classes, 0), "float32") as Tensor2D;
      const matched = tf.maximum<Tensor1D>(tf.sum(positive, 1), 1);
      const entropy = crossEntropy(logits, tf.maximum(batch.classes, 0), classes);
      const distance = tf.sum(smoothL1(tf.sub(offsets, batch.offsets)), 2);
      const located = tf.sum(tf.mul(distance, positive), 1);
      const sum = tf.add(confidence({ entropy, positive, negative, matched }), tf.mul(located, localization));
      return { values: tf.div<Tensor1D>(sum, matched), mask: batch.masks.detection };
    },
  };
}

/** −ln p_y of the softmax over the last axis, [batch, P]. */
function crossEntropy(logits: Tensor3D, labels: Tensor, classes: number): Tensor2D {
  const all = tf.tensor3d([[Array.from({ length: 1 + classes }, (_, c) => c)]]);
  const own = tf.cast(tf.equal(tf.expandDims(labels, 2), all), "float32");
  const log = tf.sum(tf.mul(own, tf.logSoftmax(logits)), 2);
  return tf.neg(tf.div(log, tf.sum(own, 2)));
}

const total = (x: Tensor2D, where: Tensor): Tensor1D => tf.sum(tf.mul(x, where), 1);

function confidenceOf(options: DetectionTaskOptions): (terms: Confidence) => Tensor1D {
  const { negatives = "mined" } = options;
  if (negatives === "focal") return focal(options.gamma ?? 2, options.alpha ?? 0.25);
  return negatives === "all" ? allNegatives(options.ratio ?? 5) : mined(options.ratio ?? 3);
}

/** With the hardest background priors only: a sort, and the sum of its first `ratio` · n values. */
function mined(ratio: number): (terms: Confidence) => Tensor1D {
  return ({ entropy, positive, negative, matched }) => {
    const count = entropy.shape[1]!;
    const hardest = tf.topk(tf.mul(entropy, negative), count).values as Tensor2D;
    const place = tf.range(0, count, 1, "float32");
    const limit = tf.expandDims(tf.mul(matched, ratio), 1);
    const within = tf.cast(tf.less(tf.expandDims(place, 0), limit), "float32");
    return tf.add(total(entropy, positive), total(hardest, within));
  };
}

/** With all background priors, their weights adding up to `ratio` · n. */
function allNegatives(ratio: number): (terms: Confidence) => Tensor1D {
  return ({ entropy, positive, negative, matched }) => {
    const weight = tf.div(tf.mul(matched, ratio), tf.maximum(tf.sum(negative, 1), 1));
    return tf.add(total(entropy, positive), tf.mul(total(entropy, negative), weight));
  };
}

/** With all priors, those that are right already counting little. */
function focal(gamma: number, alpha: number): (terms: Confidence) => Tensor1D {
  return ({ entropy, positive, negative }) => {
    // Rounding may put p above 1, and a power of a negative number is NaN.
    const missing = tf.relu(tf.sub(1, tf.exp(tf.neg(entropy))));
    const balance = tf.add(tf.mul(positive, alpha), tf.mul(negative, 1 - alpha));
    return total(tf.mul<Tensor2D>(tf.pow(missing, gamma), entropy), balance);
  };
}

function check({ localization = 1, ratio = 1, gamma = 2, alpha = 0.25 }: DetectionTaskOptions): void {
  const fits: readonly (readonly [name: string, value: number, fits: boolean, cure: string])[] = [
    [
      "localization",
      localization,
      localization >= 0 && localization < Number.POSITIVE_INFINITY,
      "a number from 0 on",
    ],
    ["ratio", ratio, ratio > 0 && ratio < Number.POSITIVE_INFINITY, "a positive number"],
    [
      "gamma",
      gamma,
      gamma === 0 || (gamma >= 1 && gamma < Number.POSITIVE_INFINITY),
      "0 or a number from 1 on",
    ],
    ["alpha", alpha, alpha >= 0 && alpha <= 1, "a number from 0 to 1"],
  ];
  for (const [name, value, fine, cure] of fits) {
    if (fine) continue;
    throw new VisionRockError("bad-option", `detectionTask: ${name} is ${value}; give ${cure}.`);
  }
}
