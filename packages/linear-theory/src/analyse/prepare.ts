import { samplesOf, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";

/** Data as the formulas want them, and the way back. */
export interface Prepared {
  /** The tasks without intercept, features in units of the primary's standard deviations. */
  readonly tasks: readonly TaskData[];
  /** Coefficients of the prepared features as a fit of the given ones: label = intercept + Σ coefficients_j x_j. */
  readonly fit: (coefficients: ArrayLike<number>) => Fit;
}

/** A linear prediction of the primary's label from features as they were given. */
export interface Fit {
  readonly intercept: number;
  /** Length D. */
  readonly coefficients: readonly number[];
}

/**
 * Takes intercepts out of every task and scales the features by the primary's standard deviations.
 *
 * An intercept of its own for each task is least squares on deviations from the task's means. These are n_k dependent rows; Helmert's contrasts
 * x̃_i = √(i/(i+1)) (x_{i+1} - mean(x_1 … x_i)), i = 1 … n_k - 1, have the same sums of products and are independent again, with the same noise. So every formula holds with
 * n_k - 1 rows. The scale does not touch least squares; it keeps sums of squares of features in different units comparable.
 *
 * @param names Of the features, for messages.
 * @throws LinearTheoryError `singular` when a feature of the primary is constant; `bad-data`, `shape`, `non-finite` as `samplesOf`. Cost: O(Σ n_k D).
 */
export function prepare(
  given: readonly TaskData[],
  intercept: boolean,
  names: readonly string[] | undefined,
): Prepared {
  const samples = samplesOf(given);
  const primary = samples[0]!;
  const features = primary.columns;
  const scales = Array.from({ length: features }, (_, j) => {
    const values = Float64Array.from({ length: primary.rows }, (__, i) => primary.x[i * features + j]!);
    const size = deviation(values, intercept);
    if (!(size > 0))
      throw new LinearTheoryError(
        "singular",
        `Feature ${names?.[j] ?? j} is ${intercept ? "constant" : "0 throughout"} in the primary's rows: its coefficient cannot be estimated. Drop it.`,
        { feature: names?.[j] ?? j },
      );
    return size;
  });
  const tasks = samples.map(({ rows, x, y }) => ({
    x: Array.from({ length: rows }, (_, i) => scales.map((size, j) => x[i * features + j]! / size)),
    y: [...y],
  }));
  const label = mean(primary.y);
  const centre = scales.map((_, j) => mean(primary.x.filter((__, at) => at % features === j)));
  return {
    tasks: intercept ? tasks.map(contrasts) : tasks,
    fit: (scaled) => {
      const coefficients = scales.map((size, j) => scaled[j]! / size);
      const start = coefficients.reduce((sum, value, j) => sum - value * centre[j]!, label);
      const all = [...coefficients, start];
      if (!all.every(Number.isFinite))
        throw new LinearTheoryError("non-finite", "The coefficients overflow: rescale labels or features.");
      return { intercept: intercept ? start : 0, coefficients };
    },
  };
}

/** Helmert's contrasts of the rows: one row less, no mean left. */
function contrasts({ x, y }: TaskData): TaskData {
  const means = [...(x[0] ?? [])];
  let label = y[0] ?? 0;
  const rows: number[][] = [];
  const labels: number[] = [];
  for (let i = 1; i < x.length; i++) {
    const size = Math.sqrt(i / (i + 1));
    rows.push(x[i]!.map((value, j) => size * (value - means[j]!)));
    labels.push(size * (y[i]! - label));
    for (const [j, value] of x[i]!.entries()) means[j]! += (value - means[j]!) / (i + 1);
    label += (y[i]! - label) / (i + 1);
  }
  return { x: rows, y: labels };
}

/** Root mean square about the mean, or about 0. A spread that is rounding error of the values is 0. */
function deviation(values: Float64Array, centred: boolean): number {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (most === 0) return 0;
  const unit = values.map((value) => value / most);
  const centre = centred ? mean(unit) : 0;
  const spread = Math.sqrt(mean(unit.map((value) => (value - centre) ** 2)));
  return spread > 1e-12 ? most * spread : 0;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value / values.length, 0);
}
