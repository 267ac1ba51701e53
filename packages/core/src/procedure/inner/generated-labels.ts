import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import type { Task } from "../../train/task.ts";

/** What lies outside of a class's block in the mask. The authors' code. */
const OUTSIDE = 1e-8;

/** The logarithm of the mask, [C, Σψ]: 0 where sub-class j belongs to class c. */
function blockMask(blocks: readonly number[]): Tensor2D {
  const owner = blocks.flatMap((count, c) => Array.from({ length: count }, () => c));
  return tf.tensor2d(blocks.map((_, c) => owner.map((own) => (own === c ? 0 : Math.log(OUTSIDE)))));
}

/**
 * Softmax within the block of each sample's class: p_j = M_yj exp(z_j) / Σ_i M_yi exp(z_i), M = 1 in the block of class y and 1e-8 outside.
 *
 * @param logits z, [N, Σψ]
 * @param classes y, whole numbers [N]
 * @throws OutriggerError "shape" unless there is one logit a sub-class
 */
export function maskSoftmax(logits: Tensor, classes: Tensor1D, blocks: readonly number[]): Tensor2D {
  requireWidth("The generator's output", logits, blocks);
  const rows = tf.gather(blockMask(blocks), tf.cast(classes, "int32"));
  return tf.softmax(tf.add(logits, rows) as Tensor2D);
}

/** @throws OutriggerError "shape" unless there is one number a sample and sub-class */
function requireWidth(what: string, { shape }: Tensor, blocks: readonly number[]): void {
  const width = blocks.reduce((sum, count) => sum + count, 0);
  if (shape.length === 2 && shape[1] === width) return;
  const said = `${what} is [${shape.join(", ")}], but ${blocks.length} classes have ${width} sub-classes`;
  throw new OutriggerError("shape", `${said}. Make it [samples, ${width}].`, { shape, width });
}

/** Focal loss of soft labels t against logits: −Σ_c t_c (1 − p_c)^γ log p_c a sample; cross-entropy for γ = 0. */
export function focalLoss(logits: Tensor, labels: Tensor, gamma: number): Tensor1D {
  const log = tf.logSoftmax(logits);
  const surprise = gamma === 0 ? log : tf.mul(tf.pow(tf.sub(1, tf.exp(log)), gamma), log);
  return tf.neg(tf.sum<Tensor1D>(tf.mul(labels, surprise), -1));
}

/** Σ_k ȳ_k log ȳ_k, ȳ the mean label of the samples that count: least when all sub-classes are used alike. */
export function negativeEntropy(labels: Tensor2D, mask?: Tensor1D): Scalar {
  const weights = mask ?? tf.ones([labels.shape[0]]);
  const total = tf.sum(tf.mul(labels, tf.expandDims(weights, 1)), 0);
  const mean = tf.div(total, tf.maximum(tf.sum(weights), 1));
  return tf.sum(tf.mul(mean, tf.log(tf.add(mean, 1e-20))));
}

interface Taught {
  readonly labels: Tensor;
  readonly mask?: Tensor1D;
  readonly gamma: number;
  readonly blocks: readonly number[];
}

/** The tasks, of which one is taught labels that are not in the batch. */
export const taught = <B>(
  tasks: readonly Task<B>[],
  generated: number,
  { labels, mask, gamma, blocks }: Taught,
): Task<B>[] =>
  tasks.map((task, k) => {
    if (k !== generated) return task;
    const loss = (output: Tensor): ReturnType<Task<B>["loss"]> => {
      requireWidth(`The output of task "${task.name}"`, output, blocks);
      return { values: focalLoss(output, labels, gamma), ...(mask && { mask }) };
    };
    return { ...task, loss };
  });
