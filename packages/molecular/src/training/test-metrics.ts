import { Random } from "@outrigger/core/random";
import { accuracy, type Metric, mae, type Rows, rmse, rocAuc } from "@outrigger/core/train/metric";
import type { TargetKind } from "../target/joint-task.ts";

/** A metric on the test molecules. */
export interface MeasuredMetric {
  readonly name: string;
  readonly better: "lower" | "higher";
  /** Null where it is not defined: no labelled molecule, or one class only. */
  readonly value: number | null;
  /**
   * 95 % percentile interval of a bootstrap over molecules; null where the value is, with fewer than 5 molecules, or where more than half of the
   * resamples leave the metric undefined.
   */
  readonly low: number | null;
  readonly high: number | null;
  /** The same metric for predicting the training molecules' mean, or their commoner class. */
  readonly baseline: number | null;
}

/** Share of the labels' variance that the predictions explain: 1 − Σ (p − y)² / Σ (y − mean y)²; null where the labels do not vary. */
const r2: Metric = {
  name: "r2",
  better: "higher",
  compute({ prediction, label }) {
    const mean = label.reduce((sum, y) => sum + y, 0) / label.length;
    const total = label.reduce((sum, y) => sum + (y - mean) ** 2, 0);
    const left = label.reduce((sum, y, i) => sum + (prediction[i]! - y) ** 2, 0);
    return total > 0 ? 1 - left / total : null;
  },
};

/** The metrics of a kind of target; epochs are chosen, and methods compared, by the first. */
export const METRICS: Readonly<Record<TargetKind, readonly Metric[]>> = {
  regression: [rmse, mae, r2],
  classification: [rocAuc, accuracy],
};

const RESAMPLES = 1000;
const FEWEST = 5;

/** The 2.5 and 97.5 % quantiles of a metric over resamples of the molecules; resamples in which it is not defined are left out. */
function bootstrap(metric: Metric, rows: Rows): readonly [number, number] | null {
  const n = rows.label.length;
  if (n < FEWEST) return null;
  const random = Random.seeded(0, "test/bootstrap");
  const values: number[] = [];
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const drawn = Uint32Array.from({ length: n }, () => Math.floor(random.uniform() * n));
    const value = metric.compute({
      prediction: Float64Array.from(drawn, (i) => rows.prediction[i]!),
      label: Float64Array.from(drawn, (i) => rows.label[i]!),
    });
    if (value !== null) values.push(value);
  }
  if (values.length < RESAMPLES / 2) return null;
  values.sort((a, b) => a - b);
  const at = (p: number): number => values[Math.round(p * (values.length - 1))]!;
  return [at(0.025), at(0.975)];
}

/**
 * All metrics of a target over test molecules, with intervals. They say how much the numbers would move with other test molecules of the
 * same kind; not with another training.
 *
 * @param typical what is predicted without a model: the mean of the training labels
 */
export function measure(kind: TargetKind, rows: Rows, typical: number): MeasuredMetric[] {
  return METRICS[kind].map((metric) => {
    const value = rows.label.length === 0 ? null : metric.compute(rows);
    const [low, high] = (value === null ? null : bootstrap(metric, rows)) ?? [null, null];
    const constant = { label: rows.label, prediction: rows.label.map(() => typical) };
    const baseline = rows.label.length === 0 ? null : metric.compute(constant);
    return { name: metric.name, better: metric.better, value, low, high, baseline };
  });
}
