import type { Scaler } from "@outrigger/core/data/column";
import { OutriggerError } from "@outrigger/core/error";
import { type Metric, mae, type Rows, rmse, rocAuc } from "@outrigger/core/train/metric";
import type { Host } from "@outrigger/core/train/model";
import type { ColumnBatch, Role, Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Numbers to predict, or classes 0 and 1. */
export type TargetKind = "regression" | "classification";

export interface JointTaskOptions {
  readonly name: string;
  readonly role: Role;
  /** Names of the n label columns that are one task together. */
  readonly targets: readonly string[];
  readonly kind: TargetKind;
  /** Mean and standard deviation of the training labels of each target; for regression. Default: labels are used as they are. */
  readonly scalers?: readonly Scaler[];
}

/** Stands for a missing label where a row must keep its place. */
const MISSING = Number.POSITIVE_INFINITY;

/** The labelled rows of target j out of n, whose rows are interleaved. */
function rowsOf({ prediction, label }: Rows, n: number, j: number): Rows {
  const own = (_: number, i: number): boolean => i % n === j && label[i] !== MISSING;
  return { prediction: prediction.filter(own), label: label.filter(own) };
}

/**
 * Mean of a metric over the targets for which it is defined; null where it is for none. For `rocAuc`: over the targets with both classes, as in
 * the evaluation of MoleculeNet and OGB. Rows are those of `jointTask`.
 */
export const meanOverTargets = (metric: Metric, n: number): Metric => ({
  ...metric,
  compute(rows) {
    const each = Array.from({ length: n }, (_, j) => metric.compute(rowsOf(rows, n, j)));
    const found = each.filter((value) => value !== null);
    return found.length === 0 ? null : found.reduce((sum, value) => sum + value, 0) / found.length;
  },
});

/**
 * Several targets as one task, such as the twelve assays of Tox21: what `fit` needs, which has exactly one primary.
 *
 * Output: [batch, n], one column a target. With ℓ_ij the logistic loss or squared error of target j in sample i, and m_ij 1 where it has a
 * label,
 *
 *     L = Σ_ij m_ij ℓ_ij / Σ_ij m_ij
 *
 * so that every label counts alike, however many its molecule has. A sample's own value is Σ_j m_ij ℓ_ij over the mean number of labels
 * of the labelled samples of its batch, which gives this sum. Metrics are means over targets: roc-auc over those with both classes
 * (null if there is none), rmse and mae in the original units.
 *
 * `predict` and `labels` give n numbers a sample, sample by sample; give `Fitted.predict` batches through `perTarget`, so that none is cut off.
 *
 * @throws OutriggerError `bad-option` without targets; later `bad-model` for an output of another shape
 */
export function jointTask(options: JointTaskOptions): Task<ColumnBatch> {
  const { name, role, targets, kind, scalers } = options;
  const n = targets.length;
  if (n === 0) throw new OutriggerError("bad-option", `Task "${name}" has no targets; name at least one.`);
  const original = (value: number, j: number): number =>
    scalers === undefined ? value : value * scalers[j]!.sd + scalers[j]!.mean;
  const stacked = (columns: { readonly [task: string]: Tensor1D }): Tensor2D =>
    tf.stack(
      targets.map((target) => columns[target]!),
      1,
    ) as Tensor2D;
  const metrics = kind === "classification" ? [rocAuc] : [rmse, mae];
  const read =
    kind === "classification"
      ? (logit: number) => 1 / (1 + Math.exp(-logit))
      : (value: number, j: number) => original(value, j);
  return {
    name,
    role,
    metrics: metrics.map((metric) => meanOverTargets(metric, n)),
    loss(output, { labels, masks }) {
      if (output.shape.length !== 2 || output.shape[1] !== n) {
        const said = `The output of task "${name}" is [${output.shape.join(", ")}], but its ${n} targets need [samples, ${n}].`;
        throw new OutriggerError("bad-model", `${said} Give it a head for each (jointHeads).`, {
          task: name,
          n,
        });
      }
      const [y, m] = [stacked(labels), stacked(masks)];
      const each: Tensor =
        kind === "classification"
          ? tf.sub(tf.softplus(output), tf.mul(y, output))
          : tf.square(tf.sub(output, y));
      const counts = tf.sum<Tensor1D>(m, 1);
      const mask = tf.cast(tf.greater(counts, 0), "float32") as Tensor1D;
      const perSample = tf.div(tf.sum(counts), tf.maximum(tf.sum(mask), 1));
      const values = tf.div<Tensor1D>(tf.sum(tf.mul(each, m), 1), tf.maximum(perSample, 1));
      return { values, mask };
    },
    predict: ({ data }) => Float64Array.from(data, (value, i) => read(value, i % n)),
    labels(batch: Host<ColumnBatch>) {
      const samples = batch.labels[targets[0]!]!.data.length;
      return Float64Array.from({ length: samples * n }, (_, i) => {
        const [row, j] = [Math.floor(i / n), i % n];
        if (batch.masks[targets[j]!]!.data[row] === 0) return MISSING;
        const label = batch.labels[targets[j]!]!.data[row]!;
        return kind === "classification" ? label : original(label, j);
      });
    },
  };
}
