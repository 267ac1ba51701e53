import { LinearTheoryError } from "../error.ts";
import { cholesky } from "../linalg/cholesky.ts";
import { type Rectangular, rectangular, rowsOf, transposedProduct } from "../linalg/matrix.ts";

/**
 * A linear network f_k(x) = x' A b_k (A: D×q, one head b_k a task) on a shared design, as far as its risk depends on it.
 * Fitted by weighted least squares it is M̂P̂ with M̂ = M + E and P̂ the projector on the first q right singular vectors of M̂; the columns of
 * E are independent N(0, v_k I). Everything is in units in which the primary's weight is 1: a_0 = 1.
 */
export interface LinearNetwork {
  /** M, D×T: column k is (X'X/n)^{1/2} w_k a_k^{1/2}, column 0 is the primary's. Any left rotation of M gives the same risk. */
  readonly signal: readonly (readonly number[])[];
  /** v_k, length T: the noise variance of an entry of column k, in squared units of the label: a_k s_k²/n. */
  readonly noise: readonly number[];
  /** q, the width of the shared layer, 1 … T. At q = T the network is least squares of each task alone. */
  readonly width: number;
}

/** What a linear network is fitted to, in the words of regression. */
export interface NetworkProblem {
  /** W, D×T: the true coefficients, one column a task. */
  readonly coefficients: readonly (readonly number[])[];
  /** s_k², the noise variance of each task's labels. Length T. */
  readonly noise: readonly number[];
  /** n, the number of samples of the shared design. */
  readonly samples: number;
  readonly width: number;
  /** a_k > 0, weights on the tasks' sums of squares; only their ratios matter. 1 each by default. */
  readonly weights?: readonly number[];
  /** D×D and positive definite: X'X/n in the sample, the covariance of the features out of it. The identity by default. */
  readonly covariance?: readonly (readonly number[])[];
  /**
   * Where the primary is judged. `in-sample` (default): on the rows of X, v_k = a_k s_k²/n, exact. `out-of-sample`: on new rows of a Gaussian
   * design, v_k = a_k s_k²/(n-D-1), the inverse-Wishart mean; exact at q = T, an approximation below (0.4 to 8 % off in simulations, more
   * where the noise is large).
   */
  readonly judged?: "in-sample" | "out-of-sample";
}

/**
 * The setting of a regression problem.
 *
 * @throws LinearTheoryError `infinite-risk` out of sample when n ≤ D + 1; `bad-problem`, `shape`, `non-finite` or `singular` for what is no problem.
 * Cost: D³/6 + D² T.
 */
export function linearNetwork(problem: NetworkProblem): LinearNetwork {
  const { noise, samples, width, judged = "in-sample" } = problem;
  const coefficients = rectangular(problem.coefficients, "coefficients");
  const { rows: features, columns: tasks } = coefficients;
  const weights = checkWeights(problem.weights ?? new Array<number>(tasks).fill(1), tasks);
  if (!Number.isInteger(samples) || samples < 1)
    throw bad(`samples must be a whole number of at least 1, not ${samples}.`, { samples });
  const divisor = judged === "in-sample" ? samples : samples - features - 1;
  if (divisor <= 0)
    throw new LinearTheoryError(
      "infinite-risk",
      `Least squares with ${features} features has no finite risk out of sample from ${samples} samples. Give at least ${features + 2}.`,
      { samples, features },
    );
  const rooted = root(coefficients, problem.covariance);
  const ratio = weights.map((weight) => weight / weights[0]!);
  return checkNetwork({
    signal: rowsOf({
      ...rooted,
      values: rooted.values.map((value, i) => value * Math.sqrt(ratio[i % tasks]!)),
    }),
    noise: noise.map((s2, k) => ((ratio[k] ?? Number.NaN) * s2) / divisor),
    width,
  });
}

/** L'W with the covariance LL'. */
function root(coefficients: Rectangular, covariance: NetworkProblem["covariance"]): Rectangular {
  if (covariance === undefined) return coefficients;
  const { rows, columns, values } = rectangular(covariance, "covariance");
  if (rows !== coefficients.rows || columns !== coefficients.rows)
    throw new LinearTheoryError(
      "shape",
      `covariance is ${rows}×${columns}; it must be ${coefficients.rows}×${coefficients.rows}, as coefficients has that many rows.`,
      { rows, columns },
    );
  const lower = cholesky(values, rows).map((value, i) => (i % rows > Math.floor(i / rows) ? 0 : value));
  return transposedProduct({ rows, columns, values: lower }, coefficients);
}

/** Weights of `tasks` tasks, checked: positive, finite, and none more than 1e12 times another, which double precision could not weigh. */
export function checkWeights(weights: readonly number[], tasks: number): readonly number[] {
  if (weights.length !== tasks)
    throw new LinearTheoryError("shape", `There are ${weights.length} weights for ${tasks} tasks.`, {
      weights: weights.length,
      tasks,
    });
  for (const [task, weight] of weights.entries())
    if (!Number.isFinite(weight) || weight <= 0)
      throw bad(
        `weights[${task}] must be positive and finite, not ${weight}. Leave out a task that is to have no weight.`,
        { task, weight },
      );
  const [least, most] = [Math.min(...weights), Math.max(...weights)];
  if (most / least > 1e12)
    throw bad(
      `The weights ${least} and ${most} are more than a factor 1e12 apart. Leave out the task with the small one.`,
      {
        least,
        most,
      },
    );
  return weights;
}

/** The width itself, checked: a whole number from 1 to T. */
export function checkWidth(width: number, tasks: number): number {
  if (!Number.isInteger(width) || width < 1 || width > tasks)
    throw bad(`width must be a whole number from 1 to the ${tasks} tasks, not ${width}.`, { width, tasks });
  return width;
}

/**
 * The network itself, checked.
 *
 * @throws LinearTheoryError `shape` when M is empty or ragged or `noise` has another length, `non-finite` for an entry of M that is not finite,
 * `bad-problem` when a variance is negative or not finite, or the width is no whole number from 1 to T.
 */
export function checkNetwork(network: LinearNetwork): LinearNetwork {
  const { columns: tasks } = rectangular(network.signal, "signal");
  if (network.noise.length !== tasks)
    throw new LinearTheoryError("shape", `noise has ${network.noise.length} entries for ${tasks} tasks.`, {
      noise: network.noise.length,
      tasks,
    });
  for (const [task, v] of network.noise.entries())
    if (!Number.isFinite(v) || v < 0)
      throw bad(`noise[${task}] must be a finite variance of at least 0, not ${v}.`, { task, noise: v });
  checkWidth(network.width, tasks);
  return network;
}

function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-problem", message, details);
}
