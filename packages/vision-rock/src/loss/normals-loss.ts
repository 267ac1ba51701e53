import type { Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { DetectionBatch } from "../batch/detection-batch.ts";
import { LOSS_WEIGHTS } from "../model/defaults.ts";
import { angleMetrics } from "./angle-metrics.ts";
import { knownLabels } from "./known-labels.ts";
import { knownMean } from "./known-mean.ts";
import { requireOutput } from "./require-output.ts";

export interface NormalsTaskOptions {
  /** w. Default that of `LOSS_WEIGHTS`. */
  readonly weight?: number;
  /** Default "normals". */
  readonly name?: string;
}

/** Added to the squared length before its root is taken, so that a vector of length 0 has a finite gradient. */
const EPSILON = 1e-8;

const dot = (a: Tensor, b: Tensor): Tensor => tf.sum(tf.mul(a, b), -1);

/**
 * Surface normals: w times the mean over the known pixels of an image of (1 − n̂·n) + ‖n̂ − n‖², with n the true normal of length 1 and n̂ the output o
 * divided by its length, o/√(‖o‖² + 10⁻⁸).
 *
 * Output: o [batch, h, w, 3]. Images without normals or without a known pixel do not count. Metrics over all known pixels of a split: mean and median angle in
 * degrees, and the shares below 11.25°, 22.5° and 30°; predictions and labels are the three parts of the vectors, 3 · h · w an image.
 *
 * The loss of https://github.com/vita-epfl/rock-pytorch.
 *
 * @throws VisionRockError `shape` when the output is not of the target's shape
 */
export function normalsTask(options: NormalsTaskOptions = {}): Task<DetectionBatch> {
  const { weight = LOSS_WEIGHTS.normals, name = "normals" } = options;
  return {
    name,
    role: "auxiliary",
    metrics: angleMetrics,
    loss(output, { normals, normalsKnown, masks }) {
      requireOutput(name, output.shape, normals.shape);
      const length = tf.rsqrt(tf.add(tf.sum(tf.square(output), -1, true), EPSILON));
      const unit = tf.mul(output, length);
      const away = tf.sub(unit, normals);
      const each = tf.add(tf.sub(1, dot(unit, normals)), dot(away, away));
      return knownMean(each as Tensor3D, normalsKnown, masks.normals, weight);
    },
    predict: ({ data }) => Float64Array.from(data),
    labels: ({ normals, normalsKnown, masks }) =>
      knownLabels(normals.data, normalsKnown.data, masks.normals.data),
  };
}
