import type { TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { apply, inner } from "../linalg/matrix.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";
import type { Problem } from "../problem.ts";
import { type OwnFit, ownFits } from "./own-fits.ts";

/** A problem as the data show it. */
export interface EstimatedProblem {
  /** What the formulas take: noise ŝ_k² and shifts Ĝ projected to the nearest positive semi-definite matrix. */
  readonly problem: Problem;
  /** Ĝ before the projection, T×T: unbiased, but its diagonal may be negative. */
  readonly unbiasedShifts: readonly (readonly number[])[];
  /** ŵ_k, the tasks' own least-squares fits. T×D. */
  readonly coefficients: readonly (readonly number[])[];
}

/**
 * Estimates noise and shifts from data, in the metric Σ̂ = X_0'X_0 / n_0 and unbiased given all features:
 * ŝ_k² = |y_k - X_k ŵ_k|² / (n_k - D),
 * Ĝ_jk = (ŵ_j - ŵ_0)' Σ̂ (ŵ_k - ŵ_0) - ŝ_0² D / n_0 - [j = k] ŝ_k² tr(Σ̂ A_k^-1) for j, k ≥ 1.
 * Errors must be independent across tasks.
 *
 * @throws LinearTheoryError `bad-data` when a task has at most D rows; `singular`, `shape`, `non-finite` for its data.
 * Cost: O(Σ n_k D² + T D³ + T² D + T³). Own derivation; unbiasedness confirmed by simulation.
 */
export function estimateProblem(tasks: readonly TaskData[]): EstimatedProblem {
  return estimateFromFits(ownFits(tasks));
}

/** `estimateProblem` of own fits. */
export function estimateFromFits(fits: readonly OwnFit[]): EstimatedProblem {
  const features = fits[0]!.coefficients.length;
  const differences = rawShifts(fits);
  const corrections = shiftCorrections(
    fits,
    fits.map((fit) => fit.noise),
  );
  const unbiasedShifts = differences.map((row, j) => row.map((value, k) => value - corrections[j]![k]!));
  return {
    problem: {
      features,
      rows: fits.map((fit) => fit.rows),
      noise: fits.map((fit) => fit.noise),
      shifts: nearestSemidefinite(unbiasedShifts),
    },
    unbiasedShifts,
    coefficients: fits.map((fit) => [...fit.coefficients]),
  };
}

/** (ŵ_j - ŵ_0)' Σ̂ (ŵ_k - ŵ_0) of coefficients that may be other than the fits' own. */
export function rawShifts(
  fits: readonly OwnFit[],
  coefficients: readonly Float64Array[] = fits.map((fit) => fit.coefficients),
): number[][] {
  const { gram, rows } = fits[0]!;
  const features = coefficients[0]!.length;
  const off = coefficients.map((w) => w.map((value, i) => value - coefficients[0]![i]!));
  const moved = off.map((d) => apply(gram, d, features));
  return off.map((d, j) => moved.map((m, k) => (j === 0 || k === 0 ? 0 : inner(d, m) / rows)));
}

/** What noise adds to the raw shifts in expectation, for noise variances s_k². */
export function shiftCorrections(fits: readonly OwnFit[], noise: readonly number[]): number[][] {
  const { gram, rows, coefficients } = fits[0]!;
  const shared = noise[0]! * (coefficients.length / rows);
  const own = fits.map((fit, k) => noise[k]! * (inner(gram, fit.inverted) / rows));
  return fits.map((_, j) => fits.map((__, k) => (j === 0 || k === 0 ? 0 : shared + (j === k ? own[k]! : 0))));
}

/**
 * The positive semi-definite matrix nearest to a symmetric one in the sum of squares: negative eigenvalues become 0. Row and column 0 stay zero.
 *
 * @throws LinearTheoryError `non-finite` when an entry is not finite. Cost: O(T³).
 */
export function nearestSemidefinite(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length - 1;
  const scale = matrix.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (!Number.isFinite(scale))
    throw new LinearTheoryError(
      "non-finite",
      "The estimated shifts overflow: rescale labels or features.",
      {},
    );
  if (n === 0 || scale === 0) return matrix.map((row) => row.map(() => 0));
  const inside = matrix.slice(1).flatMap((row) => row.slice(1).map((value) => value / scale));
  const { values, vectors } = symmetricEigen(Float64Array.from(inside), n);
  const entry = (j: number, k: number): number => {
    let sum = 0;
    for (const [i, value] of values.entries())
      if (value > 0) sum += value * vectors[j * n + i]! * vectors[k * n + i]!;
    return scale * sum;
  };
  return matrix.map((row, j) =>
    row.map((_, k) => (j === 0 || k === 0 ? 0 : entry(Math.min(j, k) - 1, Math.max(j, k) - 1))),
  );
}
