import { LinearTheoryError } from "../error.ts";
import { type Rows, semidefinite } from "../linalg/matrix.ts";
import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { quadratic, scaledProblem, sharesOfSum, unscaled } from "./scale.ts";
import { tooFewRows } from "./single-task.ts";

/**
 * The exact risk of weighted least squares when all tasks label the same n rows: R = α'Q α with α = a / Σ a and Q = G + c S, c = D / (n - D - 1).
 * The estimate is then the weighted mean of the tasks' own fits, so negative weights are allowed.
 *
 * @param noiseCovariance S, T×T: how the labels' errors vary together. Default: diag(s_k²), independent errors; when given, it replaces `problem.noise`.
 * @returns Infinite with a caution for n ≤ D + 1 (finite at n ≥ D without noise).
 * @throws LinearTheoryError `bad-problem` when the tasks differ in rows or S is no covariance, `bad-option` for the weights.
 * Cost: O(T²). Own derivation (inverse Wishart mean).
 */
export function sharedDesignRisk(problem: Problem, weights: readonly number[], noiseCovariance?: Rows): Risk {
  const { problem: unit, scale } = scaledProblem(withNoise(problem, noiseCovariance));
  const { features, rows, noise, shifts } = unit;
  const n = sharedRows(rows);
  const shares = sharesOfSum(weights, rows.length);
  const bias2 = quadratic(shifts, shares);
  const spread =
    noiseCovariance === undefined
      ? noise.reduce((sum, value, k) => sum + shares[k]! ** 2 * value, 0)
      : quadratic(noiseCovariance, shares) / (scale > 0 ? scale : 1);
  if (spread === 0 && n >= features) return unscaled(scale, bias2, 0, true);
  if (n <= features + 1) return infiniteRisk(tooFewRows("the shared design", n, features));
  return unscaled(scale, bias2, (spread * features) / (n - features - 1), true);
}

/** The problem whose noise is the diagonal of S, with S checked to be a covariance matrix. */
export function withNoise(problem: Problem, covariance: Rows | undefined): Problem {
  if (covariance === undefined) return problem;
  semidefinite(covariance, problem.rows.length, "noiseCovariance");
  return { ...problem, noise: covariance.map((row, k) => row[k]!) };
}

/** The number of rows that all tasks share. */
export function sharedRows(rows: readonly number[]): number {
  const other = rows.findIndex((n) => n !== rows[0]);
  if (other > 0)
    throw new LinearTheoryError(
      "bad-problem",
      `rows[0] is ${rows[0]} and rows[${other}] is ${rows[other]}: tasks that share a design have the same rows. Use averagingRisk or equivalentRisk for designs of their own.`,
      { task: other },
    );
  return rows[0]!;
}
