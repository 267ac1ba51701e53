import { LinearTheoryError } from "../error.ts";
import { cholesky } from "../linalg/cholesky.ts";
import { checkProblem, type Problem } from "../problem.ts";

/**
 * T linear regressions that data can be drawn from: rows x ~ N(0, Sigma_k), labels y = x' w_k + e, e ~ N(0, s_k²), all independent.
 * Task 0 is the primary.
 */
export interface Population {
  /** D, the number of features. */
  readonly features: number;
  /** n_k, the number of samples of each task. Length T. */
  readonly rows: readonly number[];
  /** s_k², the noise variance of each task. Length T. */
  readonly noise: readonly number[];
  /** w_k, T×D. Only the differences to w_0 matter. */
  readonly coefficients: readonly (readonly number[])[];
  /** Sigma_k, one D×D covariance of the features a task; left out, all are the unit matrix. */
  readonly covariances?: readonly (readonly (readonly number[])[])[];
}

/**
 * A population with the sizes, noise and coefficient differences of a problem. The primary has w_0 = 0 and every Sigma_k is the unit
 * matrix, which loses nothing: the risks of a problem depend on coefficients and Sigma only through G = `shifts`.
 *
 * The w_k are the rows of a factor of G with as many columns as G has dimensions.
 *
 * @throws LinearTheoryError `bad-problem` as `checkProblem`, and when G has more than D dimensions: no D coefficients have such inner products.
 * Cost: T³ multiplications.
 */
export function populationOf(problem: Problem): Population {
  const { features, rows, noise, shifts } = checkProblem(problem);
  const tasks = rows.length;
  const left = shifts.map((row) => [...row]);
  const coefficients = rows.map(() => new Array<number>(features).fill(0));
  const smallest = 1e-12 * Math.max(...shifts.map((row, k) => row[k]!));
  for (let axis = 0; ; axis++) {
    const pivot = left.reduce((best, row, k) => (row[k]! > left[best]![best]! ? k : best), 0);
    const size = left[pivot]![pivot]!;
    if (size <= smallest) break;
    if (axis === features)
      throw new LinearTheoryError(
        "bad-problem",
        `shifts has more than ${features} dimensions: coefficients of ${features} features cannot have these inner products.`,
        { features },
      );
    const column = left.map((row) => row[pivot]! / Math.sqrt(size));
    for (let j = 0; j < tasks; j++) {
      coefficients[j]![axis] = column[j]!;
      for (let k = 0; k < tasks; k++) left[j]![k]! -= column[j]! * column[k]!;
    }
  }
  return { features, rows, noise, coefficients };
}

/** A population as the kernels of a simulation read it. */
export interface Prepared {
  readonly features: number;
  readonly rows: readonly number[];
  /** s_k. */
  readonly deviations: readonly number[];
  /** w_k - w_0. */
  readonly differences: readonly Float64Array[];
  /** Lower Cholesky factors of the Sigma_k, D×D row-major; undefined where all are the unit matrix. */
  readonly factors: readonly Float64Array[] | undefined;
}

/** @throws LinearTheoryError `bad-problem` when lengths differ, a count or a variance is out of range or a covariance is not symmetric positive definite. */
export function prepare(given: Problem | Population): Prepared {
  const population = "coefficients" in given ? given : populationOf(given);
  const { features, rows, noise, coefficients, covariances } = population;
  const tasks = rows.length;
  const shifts = rows.map(() => new Array<number>(tasks).fill(0));
  checkProblem({ features, rows, noise, shifts });
  if (coefficients.length !== tasks || coefficients.some((w) => w.length !== features))
    throw new LinearTheoryError(
      "bad-problem",
      `coefficients must be ${tasks}×${features}, one row a task; it has ${coefficients.length} rows of ${coefficients.map((w) => w.length).join(", ")}.`,
      { tasks, features },
    );
  for (const [task, w] of coefficients.entries())
    if (!w.every(Number.isFinite))
      throw new LinearTheoryError("bad-problem", `coefficients[${task}] must be finite.`, { task });
  const primary = coefficients[0]!;
  return {
    features,
    rows,
    deviations: noise.map(Math.sqrt),
    differences: coefficients.map((w) => Float64Array.from(w, (value, i) => value - primary[i]!)),
    factors: covariances && factorsOf(covariances, tasks, features),
  };
}

function factorsOf(
  covariances: NonNullable<Population["covariances"]>,
  tasks: number,
  features: number,
): Float64Array[] {
  const square = covariances.every(
    (sigma) => sigma.length === features && sigma.every((row) => row.length === features),
  );
  if (covariances.length !== tasks || !square)
    throw new LinearTheoryError(
      "bad-problem",
      `covariances must hold ${tasks} matrices of ${features}×${features}.`,
      { tasks, features },
    );
  return covariances.map((sigma, task) => {
    const scale = Math.max(...sigma.flat().map(Math.abs));
    const symmetric = sigma.every((row, i) =>
      row.every((value, j) => Math.abs(value - sigma[j]![i]!) <= 1e-9 * scale),
    );
    if (!symmetric)
      throw new LinearTheoryError("bad-problem", `covariances[${task}] must be symmetric.`, { task });
    const factor = cholesky(Float64Array.from(sigma.flat()), features);
    for (let i = 0; i < features; i++) factor.fill(0, i * features + i + 1, (i + 1) * features);
    return factor;
  });
}
