import { stopGradient } from "@outrigger/core/graph/ops";
import { type Metric, mae } from "@outrigger/core/train/metric";
import type { Task } from "@outrigger/core/train/task";
import type { Scalar, Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { LOSS_WEIGHTS } from "../model/defaults.ts";
import { knownLabels } from "./known-labels.ts";
import { knownMean } from "./known-mean.ts";
import { requireOutput } from "./require-output.ts";
import { smoothL1 } from "./smooth-l1.ts";

export interface DepthTaskOptions {
  /** Default "smooth-l1"; "berhu" is the paper's. */
  readonly loss?: "smooth-l1" | "berhu";
  /** c of "berhu". Default: a fifth of the batch's greatest known error, step by step. */
  readonly threshold?: number;
  /** w. Default that of `LOSS_WEIGHTS`. */
  readonly weight?: number;
  /** Default "depth". */
  readonly name?: string;
}

/** |e| for |e| ≤ c, else (e² + c²)/(2c). */
function berhu(error: Tensor, c: Tensor): Tensor3D {
  // The slope of tf.abs at 0 is −1; this one's is 0.
  const size = tf.mul(error, tf.sign(error));
  // With m = max(|e|, c): |e| + (m − c)²/(2c) is both branches in one.
  const beyond = tf.sub(tf.maximum(size, c), c);
  return tf.add(size, tf.div(tf.square(beyond), tf.mul(c, 2)));
}

/** Mean of |exp(f − y) − 1|, the error of the depth as a share of the true one. */
const absRel: Metric = {
  name: "abs-rel",
  better: "lower",
  compute: ({ prediction, label }) =>
    mae.compute({
      prediction: Float64Array.from(prediction, (log, i) => Math.exp(log - label[i]!)),
      label: new Float64Array(label.length).fill(1),
    }),
};

/**
 * Depth: the error e = f − y of its natural logarithm, w times the mean over the known pixels of an image of
 *
 *     smooth-l1: e²/2 where |e| < 1, else |e| − 1/2;    berhu: |e| where |e| ≤ c, else (e² + c²)/(2c).
 *
 * Output: logarithms f [batch, h, w]. Images without depth or without a known pixel do not count. c = 0.2 max |e| over what is known of the batch, with
 * no gradient through it, unless `threshold` is given. Metrics: log-mae, the mean |e|, and abs-rel, the mean |exp(e) − 1|, both over all known
 * pixels of a split; predictions and labels are logarithms, h · w an image.
 *
 * berHu: Laina et al., "Deeper depth prediction with fully convolutional residual networks", 3DV 2016, https://arxiv.org/abs/1606.00373
 *
 * @throws VisionRockError `shape` when the output is not of the target's shape
 */
export function depthTask(options: DepthTaskOptions = {}): Task<DetectionBatch> {
  const { loss = "smooth-l1", threshold, weight = LOSS_WEIGHTS.depth, name = "depth" } = options;
  const fifth = (error: Tensor, known: Tensor): Scalar =>
    tf.maximum(tf.mul(tf.max(tf.abs(tf.mul(error, known))), 0.2), 1e-6);
  return {
    name,
    role: "auxiliary",
    metrics: [{ ...mae, name: "log-mae" }, absRel],
    loss(output, { logDepth, depthKnown, masks }) {
      requireOutput(name, output.shape, logDepth.shape);
      const error = tf.sub(output, logDepth);
      if (loss === "smooth-l1")
        return knownMean(smoothL1(error) as Tensor3D, depthKnown, masks.depth, weight);
      const counted = tf.mul(depthKnown, tf.reshape(masks.depth, [-1, 1, 1]));
      const c = threshold === undefined ? stopGradient(fifth(error, counted)) : tf.scalar(threshold);
      return knownMean(berhu(error, c), depthKnown, masks.depth, weight);
    },
    predict: ({ data }) => Float64Array.from(data),
    labels: ({ logDepth, depthKnown, masks }) =>
      knownLabels(logDepth.data, depthKnown.data, masks.depth.data),
  };
}
