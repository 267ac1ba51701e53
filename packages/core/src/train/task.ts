import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Scaler } from "../data/column.ts";
import type { NDArray } from "../graph/array.ts";
import { accuracy, type Metric, mae, rmse, rocAuc } from "./metric.ts";
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
