import { type Samples, samplesOf, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { allFinite } from "../finite.ts";
import { dot } from "../linalg/orthonormalise.ts";
import { drawnOrder } from "../order.ts";
import { random } from "../random.ts";

export interface LassoOptions {
  /** Where to begin, length D; 0 by default. */
  readonly start?: ArrayLike<number>;
  /** 1e-9 by default. */
  readonly tolerance?: number;
}

const SWEEPS = 50_000;

/**
 * The lasso, argmin_w ‖y - X w‖²/(2n) + λ ‖w‖₁, by cyclic coordinate descent. No intercept, and features are taken as they are.
 * Stops when no coordinate of a full sweep moves the fits by more than `tolerance` times the labels' root mean square.
 *
 * @throws LinearTheoryError `not-converged` after 50,000 sweeps, `non-finite` when the products of the samples overflow; what `samplesOf` throws.
 * Cost: a sweep 2 n D, or 2 n times the features in use between full sweeps. Source: Friedman, Hastie and Tibshirani, Regularization paths
 * for generalized linear models via coordinate descent, Journal of Statistical Software 2010, https://doi.org/10.18637/jss.v033.i01
 */
export function lasso(task: TaskData, lambda: number, options: LassoOptions = {}): number[] {
  return [...coordinateDescent(samplesOf([task])[0]!, lambda, options)];
}

/** `lasso` of flat samples. */
export function coordinateDescent(
  samples: Samples,
  lambda: number,
  { start, tolerance = 1e-9 }: LassoOptions = {},
): Float64Array {
  const { rows, columns, x, y } = samples;
  const features = columnsOf(samples);
  const squares = allFinite(
    Float64Array.from(features, (feature) => dot(feature, feature) / rows),
    "The squares of the features",
  );
  const w = start === undefined ? new Float64Array(columns) : Float64Array.from(start);
  const left = Float64Array.from(y);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) left[i]! -= x[i * columns + j]! * w[j]!;
  const enough = tolerance * Math.sqrt(dot(y, y) / rows);
  const update = (j: number): number => {
    if (squares[j] === 0) return 0;
    const feature = features[j]!;
    const before = w[j]!;
    const slope = dot(feature, left) / rows + squares[j]! * before;
    const excess = Math.abs(slope) - lambda;
    const after = excess > 0 ? (Math.sign(slope) * excess) / squares[j]! : 0;
    if (after === before) return 0;
    for (let i = 0; i < rows; i++) left[i]! += (before - after) * feature[i]!;
    w[j] = after;
    return Math.abs(after - before) * Math.sqrt(squares[j]!);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    let moved = 0;
    for (let j = 0; j < columns; j++) moved = Math.max(moved, update(j));
    if (moved <= enough) return allFinite(w, "The lasso's coefficients");
    // Between full sweeps, only the features in use.
    for (let inner = 0; inner < 100; inner++, sweep++) {
      let active = 0;
      for (let j = 0; j < columns; j++) if (w[j] !== 0) active = Math.max(active, update(j));
      if (active <= enough) break;
    }
  }
  throw new LinearTheoryError(
    "not-converged",
    `The lasso did not converge in ${SWEEPS} sweeps at lambda ${lambda}. Take a larger lambda, or drop features that others determine.`,
    { lambda, sweeps: SWEEPS },
  );
}

/**
 * λ of least cross-validated squared error among 30 from max_j |x_j'y|/n down to a twentieth of it; 0 where that maximum is 0.
 * The lassos of the folds stop at a tolerance of 1e-4: their errors need no more.
 *
 * @throws LinearTheoryError as `lasso`, and `bad-data` for fewer samples than folds. Cost: folds · 30 lassos with warm starts.
 */
export function crossValidatedPenalty(
  task: TaskData,
  options: { readonly folds: number; readonly seed: number },
): number {
  return penaltyByFolds(samplesOf([task])[0]!, options);
}

/** `crossValidatedPenalty` of flat samples. */
export function penaltyByFolds(
  samples: Samples,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): number {
  const { rows, y } = samples;
  if (rows < folds)
    throw new LinearTheoryError("bad-data", `${rows} samples are too few for ${folds} folds.`, {
      rows,
      folds,
    });
  const largest = Math.max(...columnsOf(samples).map((feature) => Math.abs(dot(feature, y)) / rows));
  if (!(largest > 0)) return 0;
  const path = Array.from({ length: 30 }, (_, i) => largest * 20 ** (-i / 29));
  const order = drawnOrder(rows, random(seed));
  const errors = new Float64Array(path.length);
  for (let fold = 0; fold < folds; fold++) {
    const held = subset(
      samples,
      order.filter((_, i) => i % folds === fold),
    );
    const kept = subset(
      samples,
      order.filter((_, i) => i % folds !== fold),
    );
    let w: Float64Array | undefined;
    for (const [i, lambda] of path.entries()) {
      w = coordinateDescent(kept, lambda, { tolerance: 1e-4, ...(w !== undefined && { start: w }) });
      errors[i]! += squaredError(held, w);
    }
  }
  return path[errors.indexOf(Math.min(...errors))] ?? largest;
}

/** Σ (y - X w)². */
export function squaredError({ rows, columns, x, y }: Samples, w: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < rows; i++) sum += (y[i]! - dot(x.subarray(i * columns, (i + 1) * columns), w)) ** 2;
  return sum;
}

/** The rows named. */
export function subset({ columns, x, y }: Samples, order: readonly number[]): Samples {
  const chosen = new Float64Array(order.length * columns);
  for (const [at, i] of order.entries()) chosen.set(x.subarray(i * columns, (i + 1) * columns), at * columns);
  return { rows: order.length, columns, x: chosen, y: Float64Array.from(order, (i) => y[i]!) };
}

function columnsOf({ rows, columns, x }: Samples): Float64Array[] {
  return Array.from({ length: columns }, (_, j) =>
    Float64Array.from({ length: rows }, (_row, i) => x[i * columns + j]!),
  );
}
