import { LinearTheoryError } from "./error.ts";
import { smallestPivot } from "./linalg/smallest-pivot.ts";

/**
 * T = K + 1 linear regressions y_k = X_k w_k + e_k on the same D features, as far as a formula for Gaussian designs needs to know them.
 * Task 0 is the primary, tasks 1 … K are auxiliary. The rows of every X_k are N(0, Sigma) and independent; e_k ~ N(0, s_k² I).
 * Results depend on the coefficients and on Sigma only through `shifts`, so these need not be given apart.
 */
export interface Problem {
  /** D, the number of features. */
  readonly features: number;
  /** n_k, the number of samples of each task. Length T. */
  readonly rows: readonly number[];
  /** s_k², the noise variance of each task. Length T. */
  readonly noise: readonly number[];
  /** G, T×T and positive semi-definite: G_jk = (w_j - w_0)' Sigma (w_k - w_0). Row and column 0 are zero. */
  readonly shifts: readonly (readonly number[])[];
}

/**
 * Expected excess risk of the primary, E (w - w_0)' Sigma_0 (w - w_0), in squared units of the label. Add s_0² for the expected squared
 * prediction error. `risk = bias2 + variance`; Infinity where the expectation does not exist.
 */
export interface Risk {
  readonly bias2: number;
  readonly variance: number;
  readonly risk: number;
  /** True for a formula that is exact at any size; false for a deterministic equivalent or a first-order expansion. */
  readonly exact: boolean;
  /** Set when the number must be read with care: why the formula is out of its range, or which formula stood in for it. */
  readonly caution?: string;
}

/**
 * bias² and variance as a `Risk`. Rounding may leave a sum of cancelling terms a little below 0; it becomes 0.
 *
 * @throws LinearTheoryError `non-finite` when a part is not a number: the inputs span more than double precision holds.
 */
export function risk(bias2: number, variance: number, exact: boolean, caution?: string): Risk {
  if (Number.isNaN(bias2 + variance))
    throw new LinearTheoryError(
      "non-finite",
      `The risk is not a number (bias² ${bias2}, variance ${variance}): the inputs span more than double precision holds. Rescale labels, features or weights.`,
      { bias2, variance },
    );
  return parts(Math.max(0, bias2), Math.max(0, variance), exact, caution);
}

/** A risk that does not exist, with the reason and a cure. */
export function infiniteRisk(caution: string): Risk {
  return parts(0, Number.POSITIVE_INFINITY, true, caution);
}

function parts(bias2: number, variance: number, exact: boolean, caution?: string): Risk {
  return { bias2, variance, risk: bias2 + variance, exact, ...(caution !== undefined && { caution }) };
}

/**
 * The problem itself, checked.
 *
 * @throws LinearTheoryError `bad-problem` when lengths differ, a count is not a whole number of at least 1 (0 rows are allowed for an auxiliary) and at most 2^53,
 * a noise variance is negative or not finite, or `shifts` is not symmetric and positive semi-definite with a zero row for the primary.
 */
export function checkProblem(problem: Problem): Problem {
  const { features, rows, noise, shifts } = (problem ?? {}) as Problem;
  for (const [name, list] of Object.entries({ rows, noise, shifts }))
    if (!Array.isArray(list))
      throw bad(`${name} must be a list, one entry a task, not ${String(list)}.`, { name });
  for (const [j, row] of shifts.entries())
    if (!Array.isArray(row))
      throw bad(`shifts[${j}] must be a list of numbers, not ${String(row)}.`, { row: j });
  const tasks = rows.length;
  if (!Number.isSafeInteger(features) || features < 1)
    throw bad(`features must be a whole number of at least 1, not ${features}.`, { features });
  if (tasks === 0) throw bad("rows is empty: there must be at least the primary task.", {});
  if (noise.length !== tasks || shifts.length !== tasks)
    throw bad(
      `rows has ${tasks} tasks, noise ${noise.length} and shifts ${shifts.length}: they must have the same number.`,
      { rows: tasks, noise: noise.length, shifts: shifts.length },
    );
  for (const [task, n] of rows.entries())
    if (!Number.isSafeInteger(n) || n < (task === 0 ? 1 : 0))
      throw bad(`rows[${task}] must be a whole number of at least ${task === 0 ? 1 : 0}, not ${n}.`, {
        task,
        n,
      });
  for (const [task, s2] of noise.entries())
    if (!Number.isFinite(s2) || s2 < 0)
      throw bad(`noise[${task}] must be a finite variance of at least 0, not ${s2}.`, { task, noise: s2 });
  checkShifts(shifts);
  return problem;
}

function checkShifts(shifts: Problem["shifts"]): void {
  const scale = Math.max(...shifts.map((row, j) => Math.abs(row[j] ?? Number.NaN)));
  for (const [j, row] of shifts.entries()) {
    if (row.length !== shifts.length)
      throw bad(
        `shifts[${j}] has ${row.length} entries; the matrix must be ${shifts.length}×${shifts.length}.`,
        { row: j },
      );
    for (const [k, value] of row.entries()) {
      if (!Number.isFinite(value)) throw bad(`shifts[${j}][${k}] must be finite, not ${value}.`, { j, k });
      if ((j === 0 || k === 0) && value !== 0)
        throw bad(`shifts[${j}][${k}] must be 0, not ${value}: the primary has no distance from itself.`, {
          j,
          k,
        });
      if (Math.abs(value - shifts[k]![j]!) > 1e-9 * scale)
        throw bad(
          `shifts[${j}][${k}] is ${value} and shifts[${k}][${j}] is ${shifts[k]![j]}: the matrix must be symmetric.`,
          { j, k },
        );
    }
  }
  const pivot = smallestPivot(shifts);
  if (!(pivot >= -1e-9))
    throw bad("shifts must be positive semi-definite: it holds inner products of coefficient differences.", {
      pivot,
    });
}

function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-problem", message, details);
}
