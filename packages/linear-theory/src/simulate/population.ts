import { LinearTheoryError } from "../error.ts";
import { cholesky } from "../linalg/cholesky.ts";
import { dense, symmetric } from "../linalg/matrix.ts";
import { checkProblem, type Problem } from "../problem.ts";
import type { ShiftProblem } from "../risk/equivalent-shift.ts";

/** T linear regressions that data can be drawn from, as the kernels of a simulation read them. */
export interface Population {
  /** D. */
  readonly features: number;
  /** n_k. */
  readonly rows: readonly number[];
  /** s_k. */
  readonly deviations: readonly number[];
  /** w_k - w_0. */
  readonly differences: readonly Float64Array[];
  /** Lower Cholesky factors of the Sigma_k, D×D row-major; undefined where all are the unit matrix. */
  readonly factors: readonly Float64Array[] | undefined;
}

/**
 * A population with the sizes, noise and coefficient differences of a problem. Where the problem gives no covariances every Sigma_k is the
 * unit matrix, which loses nothing: risks depend on coefficients and Sigma only through G = `shifts`.
 *
 * @throws LinearTheoryError `bad-problem` when the problem is out of range, when a covariance is not symmetric, or when `shifts` has more than D
 * dimensions; `shape`, `non-finite` or `singular` for bad matrices.
 */
export function populationOf(problem: Problem | ShiftProblem): Population {
  const { rows, noise } = problem;
  const deviations = noise.map(Math.sqrt);
  if ("shifts" in problem) {
    const { features } = checkProblem(problem);
    return { features, rows, deviations, differences: differencesOf(problem), factors: undefined };
  }
  const { coefficients, covariances } = problem;
  const features = coefficients[0]?.length ?? 0;
  checkProblem({ features, rows, noise, shifts: rows.map(() => rows.map(() => 0)) });
  if (coefficients.length !== rows.length || covariances.length !== rows.length)
    throw new LinearTheoryError(
      "bad-problem",
      `rows has ${rows.length} tasks, coefficients ${coefficients.length} and covariances ${covariances.length}: they must have the same number.`,
      { tasks: rows.length },
    );
  const w = coefficients.map((row, task) => dense([row], features, `coefficients[${task}]`));
  return {
    features,
    rows,
    deviations,
    differences: w.map((row) => row.map((value, i) => value - w[0]![i]!)),
    factors: covariances.map((sigma, task) => {
      const factor = cholesky(symmetric(sigma, features, `covariances[${task}]`), features);
      for (let i = 0; i < features; i++) factor.fill(0, i * features + i + 1, (i + 1) * features);
      return factor;
    }),
  };
}

/**
 * Coefficient differences with the inner products G: the rows of a factor of G, with as many columns in use as G has dimensions.
 *
 * Cost: T³ multiplications.
 */
function differencesOf({ features, rows, shifts }: Problem): Float64Array[] {
  const tasks = rows.length;
  const left = shifts.map((row) => [...row]);
  const differences = rows.map(() => new Float64Array(features));
  const smallest = 1e-12 * Math.max(...shifts.map((row, k) => row[k]!));
  for (let axis = 0; ; axis++) {
    const pivot = left.reduce((best, row, k) => (row[k]! > left[best]![best]! ? k : best), 0);
    const size = left[pivot]![pivot]!;
    if (size <= smallest) return differences;
    if (axis === features)
      throw new LinearTheoryError(
        "bad-problem",
        `shifts has more than ${features} dimensions: coefficients of ${features} features cannot have these inner products.`,
        { features },
      );
    const column = left.map((row) => row[pivot]! / Math.sqrt(size));
    for (let j = 0; j < tasks; j++) {
      differences[j]![axis] = column[j]!;
      for (let k = 0; k < tasks; k++) left[j]![k]! -= column[j]! * column[k]!;
    }
  }
}
