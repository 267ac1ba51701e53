import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Scaler } from "../data/column.ts";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import { accuracy, classAccuracy, type Metric, mae, rmse, rocAuc } from "./metric.ts";
import type { Host } from "./model.ts";

/** The task that counts, or one that is there to help it. */
export type Role = "primary" | "auxiliary";

/**
 * One objective. `B` is the batch as tensors; {@link Host}`<B>` is the same batch on the host.
 *
 * A step's loss of the task is Σᵢ valuesᵢ maskᵢ / max(1, Σᵢ maskᵢ).
 */
export interface Task<B> {
  readonly name: string;
  readonly role: Role;
  /** One value a sample, and which samples carry a label (1, else 0; all when left out). Values must be finite where the mask is 0. */
  loss(output: Tensor, batch: B): { values: Tensor1D; mask?: Tensor1D };
  /** Over a whole split, on the host; the primary's first selects the epoch. Needs `predict` and `labels`. */
  readonly metrics?: readonly Metric[];
  /** One prediction a sample, in the units people read. */
  predict?(output: NDArray): Float64Array;
  /** One label a sample in the same units, NaN where there is none. */
  labels?(batch: Host<B>): Float64Array;
}

/** A batch of inputs with one column of labels and one mask (1 = has a label) a task, each of shape [batch]. */
export interface ColumnBatch<I = unknown> {
  readonly inputs: I;
  readonly labels: { readonly [task: string]: Tensor1D };
  readonly masks: { readonly [task: string]: Tensor1D };
}

const flat = (output: Tensor): Tensor1D => tf.reshape(output, [-1]);

/** Labels of one task in float64, mapped to readable units; NaN where the mask is 0. */
function columnLabels(batch: Host<ColumnBatch>, name: string, map: (label: number) => number): Float64Array {
  const mask = batch.masks[name]!.data;
  return Float64Array.from(batch.labels[name]!.data, (label, i) => (mask[i] === 0 ? Number.NaN : map(label)));
}

/**
 * A column of real numbers: squared error (fᵢ − yᵢ)² on labels that were standardised by `scaler`.
 *
 * Output: shape [batch] or [batch, 1]. Metrics rmse and mae are in the original units: p = sd · f + mean.
 *
 * @param options.scaler mean and standard deviation of the training labels; default: the labels are used as they are.
 */
export function regression(options: { name: string; role: Role; scaler?: Scaler }): Task<ColumnBatch> {
  const { name, role, scaler = { mean: 0, sd: 1 } } = options;
  const original = (value: number): number => value * scaler.sd + scaler.mean;
  return {
    name,
    role,
    metrics: [rmse, mae],
    loss: (output, batch) => ({
      values: tf.square<Tensor1D>(tf.sub(flat(output), batch.labels[name]!)),
      mask: batch.masks[name]!,
    }),
    predict: (output) => Float64Array.from(output.data, original),
    labels: (batch) => columnLabels(batch, name, original),
  };
}

/**
 * A column of classes 0 and 1: logistic loss log(1 + exp(fᵢ)) − yᵢ fᵢ on the logit fᵢ.
 *
 * Output: shape [batch] or [batch, 1]. Metrics roc-auc (null if one class only is present) and accuracy; predictions are
 * probabilities 1 / (1 + exp(−f)).
 */
export function binary(options: { name: string; role: Role }): Task<ColumnBatch> {
  const { name, role } = options;
  return {
    name,
    role,
    metrics: [rocAuc, accuracy],
    loss(output, batch) {
      const logit = flat(output);
      const values = tf.sub<Tensor1D>(tf.softplus(logit), tf.mul(batch.labels[name]!, logit));
      return { values, mask: batch.masks[name]! };
    },
    predict: (output) => Float64Array.from(output.data, (logit) => 1 / (1 + Math.exp(-logit))),
    labels: (batch) => columnLabels(batch, name, (label) => label),
  };
}

/**
 * A column of classes 0, 1, …, C − 1: cross-entropy −log p_y of the softmax p_c = exp(f_c) / Σ_j exp(f_j) over the logits f.
 *
 * Output: shape [batch, C]. Metric accuracy, the share of rows whose greatest logit is the label's; predictions are class numbers, the
 * least among equals. A label that is no class makes the loss NaN, so that no step is made on it, and `labels` says which it is.
 *
 * @param options.classes C, at least 2.
 * @throws OutriggerError "bad-option" for fewer than two classes; later "bad-model" for an output of another shape, and "bad-data" for a
 * label that is no whole number from 0 to C − 1, naming it and its row of the batch.
 */
export function classification(options: { name: string; role: Role; classes: number }): Task<ColumnBatch> {
  const { name, role, classes } = options;
  if (!Number.isInteger(classes) || classes < 2) {
    const what = `classes of task "${name}" must be a whole number of at least 2, not ${classes}.`;
    throw new OutriggerError("bad-option", what, { task: name, classes });
  }
  const all = Array.from({ length: classes }, (_, c) => c);
  return {
    name,
    role,
    metrics: [classAccuracy],
    loss(output, batch) {
      requireLogits(name, output.shape, classes);
      const mask = batch.masks[name]!;
      const label = tf.expandDims(tf.mul(batch.labels[name]!, mask), 1);
      const own = tf.cast(tf.equal(label, tf.tensor2d([all])), "float32");
      const log = tf.sum<Tensor1D>(tf.mul(own, tf.logSoftmax(output as Tensor2D)), 1);
      return { values: tf.neg(tf.div<Tensor1D>(log, tf.sum(own, 1))), mask };
    },
    predict({ data, shape }) {
      requireLogits(name, shape, classes);
      return Float64Array.from({ length: shape[0]! }, (_, i) => {
        const logits = [...data.subarray(i * classes, (i + 1) * classes)];
        const greatest = Math.max(...logits);
        return Number.isNaN(greatest) ? greatest : logits.indexOf(greatest);
      });
    },
    labels(batch) {
      const found = columnLabels(batch, name, (label) => label);
      const row = found.findIndex((label) => !Number.isNaN(label) && !all.includes(label));
      if (row < 0) return found;
      const cure = "Number the classes from 0, or leave the label out (null) where it is missing";
      throw new OutriggerError(
        "bad-data",
        `Task "${name}" has the label ${found[row]} in row ${row} of a batch, which is none of its classes 0 to ${classes - 1}. ${cure}.`,
        { task: name, row, label: found[row] },
      );
    },
  };
}

/** @throws OutriggerError "bad-model" unless there is one logit a sample and class */
function requireLogits(task: string, shape: readonly number[], classes: number): void {
  if (shape.length === 2 && shape[1] === classes) return;
  throw new OutriggerError(
    "bad-model",
    `The output of task "${task}" is [${shape.join(", ")}], but ${classes} classes need [samples, ${classes}]. Give its head ${classes} outputs.`,
    { task, shape, classes },
  );
}
