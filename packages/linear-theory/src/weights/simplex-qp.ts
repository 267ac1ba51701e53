import { LinearTheoryError } from "../error.ts";
import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { apply, inner, type Rows, semidefinite } from "../linalg/matrix.ts";

/** Weights that minimise a quadratic form, and the form's value there. */
export interface QuadraticMinimum {
  readonly weights: number[];
  readonly value: number;
}

/** A diagonal entry, in units of the largest, that counts as 0: its inverse comes near the end of the doubles. */
const negligible = 1e-290;

/**
 * Minimises α'Q α over α ≥ 0, Σ α = 1, for a positive semi-definite Q, singular or not.
 *
 * Q is the Gram matrix of T points, and the minimum is the point of their convex hull nearest to 0: Wolfe's active-set method (Finding the nearest
 * point in a polytope, Mathematical Programming, 1976). The best weights on the active set solve (Q + q 11') y = 1 up to scale, q their smallest diagonal entry, which is
 * well posed whenever the active points are affinely independent. Stops when (Qα)_k ≥ α'Qα for all k up to rounding, the conditions of Karush, Kuhn and Tucker.
 *
 * @throws LinearTheoryError `shape`, `non-finite` or `bad-problem` for what is no covariance matrix, `not-converged` after 100 + 20 T steps.
 * Cost: about T steps of O(T² + active³).
 */
export function simplexQp(q: Rows): QuadraticMinimum {
  const tasks = q.length;
  const { unit, scale } = unitMatrix(q);
  const start = q.reduce((best, _, k) => (unit[k * tasks + k]! < unit[best * tasks + best]! ? k : best), 0);
  const weights = new Float64Array(tasks);
  weights[start] = 1;
  if (unit[start * tasks + start]! < negligible) return minimum(weights, unit, scale);
  let active = [start];
  for (let step = 0; step < 100 + 20 * tasks; step++) {
    const enter = worstViolation(unit, weights, tasks);
    if (enter === undefined || active.includes(enter)) return minimum(weights, unit, scale);
    active.push(enter);
    for (let solved = false; !solved; ) {
      const target = affineMinimum(unit, tasks, active);
      // A point that depends affinely on the active ones cannot bring the hull nearer.
      if (target === undefined) return minimum(weights, unit, scale);
      const reach = active.map((k, i) =>
        target[i]! > 0 ? Number.POSITIVE_INFINITY : weights[k]! / (weights[k]! - target[i]!),
      );
      const fraction = Math.min(1, ...reach);
      for (const [i, k] of active.entries()) weights[k]! += fraction * (target[i]! - weights[k]!);
      const blocked = active.filter((_, i) => reach[i]! <= fraction * (1 + 1e-12));
      for (const k of blocked) weights[k] = 0;
      active = active.filter((k) => !blocked.includes(k));
      // Rounding alone can turn the point away that has just entered: then nothing is left to gain.
      if (fraction === 0 && blocked.includes(enter)) return minimum(weights, unit, scale);
      solved = blocked.length === 0;
    }
  }
  throw new LinearTheoryError(
    "not-converged",
    `The ${tasks}×${tasks} quadratic programme did not converge. Its entries may span more than double precision holds; rescale labels or drop tasks.`,
    { tasks },
  );
}

/** The task that breaks (Qα)_k ≥ α'Qα by most, beyond rounding; undefined at the minimum. */
function worstViolation(unit: Float64Array, weights: Float64Array, n: number): number | undefined {
  const slopes = apply(unit, weights, n);
  const value = inner(slopes, weights);
  let worst: number | undefined;
  for (let k = 0; k < n; k++) {
    let size = value;
    for (let j = 0; j < n; j++) size += Math.abs(unit[k * n + j]!) * weights[j]!;
    if (value - slopes[k]! > 1e-14 * size && (worst === undefined || slopes[k]! < slopes[worst]!)) worst = k;
  }
  return worst;
}

/** The matrix, checked, in units of its largest entry. */
export function unitMatrix(q: Rows): { readonly unit: Float64Array; readonly scale: number } {
  if (q.length === 0)
    throw new LinearTheoryError("bad-problem", "The matrix is empty: there must be at least one task.", {});
  const matrix = semidefinite(q, q.length, "matrix");
  const scale = matrix.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { unit: scale === 0 ? matrix : matrix.map((value) => value / scale), scale };
}

/** The weights of sum 1 and any sign that minimise the form on the active points; undefined when these are affinely dependent. */
export function affineMinimum(
  matrix: Float64Array,
  size: number,
  active: readonly number[],
): Float64Array | undefined {
  const n = active.length;
  const diagonal = active.map((k) => matrix[k * size + k]!);
  const least = Math.min(...diagonal);
  const lift = least > negligible ? least : Math.max(...diagonal) || 1;
  const system = new Float64Array(n * n);
  for (const [i, j] of active.entries())
    for (const [l, k] of active.entries()) system[i * n + l] = matrix[j * size + k]! + lift;
  try {
    const solution = choleskySolve(cholesky(system, n), n, new Float64Array(n).fill(1));
    const sum = solution.reduce((total, value) => total + value, 0);
    return solution.map((value) => value / sum);
  } catch (error) {
    if (error instanceof LinearTheoryError && error.code === "singular") return undefined;
    throw error;
  }
}

/** The weights as they are and the form's value in the matrix's own units. */
export function minimum(weights: Float64Array, unit: Float64Array, scale: number): QuadraticMinimum {
  const value = inner(apply(unit, weights, weights.length), weights);
  return { weights: [...weights], value: scale * Math.max(0, value) };
}
