import { dot, type Matrix } from "./algebra.ts";
import { shareAmongTwins } from "./twins.ts";

/**
 * Non-negative least squares from inner products: argmin over w ≥ 0 of ½ wᵀMw − bᵀw, that is of ‖y − Σ_k w_k a_k‖² with
 * M_ij = ⟨a_i, a_j⟩ and b_k = ⟨a_k, y⟩.
 *
 * `gram` is M (n × n, positive semi-definite), `target` is b (n). Vectors of length 0 get 0; equal vectors share their weight
 * equally; where vectors are otherwise dependent the solution is one of several. Columns are scaled to unit norm first, so
 * lengths may differ by any factor. Exact up to rounding: an active set, at most a few Cholesky factorisations an element, O(n⁴).
 *
 * Lawson and Hanson, "Solving Least Squares Problems", Prentice-Hall, 1974, https://doi.org/10.1137/1.9781611971217, chapter 23,
 * on the normal equations.
 */
export function nnls(gram: Matrix, target: readonly number[]): number[] {
  const scale = gram.map((row, k) => (row[k]! > 0 ? 1 / Math.sqrt(row[k]!) : 0));
  const matrix = gram.map((row, i) => row.map((value, j) => value * scale[i]! * scale[j]!));
  const right = target.map((value, k) => value * scale[k]!);
  const solution = unitNorm(
    matrix,
    right,
    scale.map((value) => value > 0),
  );
  return shareAmongTwins(
    gram,
    solution.map((value, k) => value * scale[k]!),
  );
}

/** The same for a matrix with a diagonal of ones; `allowed` marks the elements that may leave 0. */
function unitNorm(matrix: Matrix, right: readonly number[], allowed: readonly boolean[]): number[] {
  const size = right.length;
  const tolerance = 1e-13 * Math.max(...right.map(Math.abs), 0);
  let solution = Array.from({ length: size }, () => 0);
  let active: number[] = [];
  let eligible = [...allowed];
  for (let round = 0; round < 20 * size + 20; round++) {
    const entering = steepest(matrix, right, solution, eligible);
    if (entering === null || entering.slope <= tolerance) return solution;
    const tried = [...active, entering.index];
    const free = cholesky(matrix, right, tried);
    // Dependent on the active vectors, or its descent is rounding noise: it cannot improve the fit now.
    if (free === null || free.at(-1)! <= 0) {
      eligible[entering.index] = false;
      continue;
    }
    [solution, active] = retreat(matrix, right, solution, tried, free);
    eligible = [...allowed];
    for (const k of active) eligible[k] = false;
  }
  return solution;
}

function steepest(
  matrix: Matrix,
  right: readonly number[],
  solution: readonly number[],
  eligible: readonly boolean[],
): { index: number; slope: number } | null {
  let best: { index: number; slope: number } | null = null;
  for (const [k, row] of matrix.entries()) {
    if (!eligible[k]!) continue;
    const slope = right[k]! - dot(row, solution);
    if (best === null || slope > best.slope) best = { index: k, slope };
  }
  return best;
}

/** Moves towards the unconstrained solution of the active elements, dropping those that reach 0 on the way. */
function retreat(
  matrix: Matrix,
  right: readonly number[],
  from: readonly number[],
  tried: readonly number[],
  first: readonly number[],
): [number[], number[]] {
  const solution = [...from];
  let active = [...tried];
  let free: readonly number[] | null = first;
  while (free !== null && free.some((value) => value <= 0)) {
    const aim: readonly number[] = free;
    const ratio = (place: number) => solution[active[place]!]! / (solution[active[place]!]! - aim[place]!);
    const places = active.map((_, place) => place).filter((place) => aim[place]! <= 0);
    const leaving = places.reduce((a, b) => (ratio(b) < ratio(a) ? b : a));
    const step = ratio(leaving);
    for (const [place, k] of active.entries()) {
      solution[k] = place === leaving ? 0 : Math.max(0, solution[k]! + step * (aim[place]! - solution[k]!));
    }
    active = active.filter((k, place) => place !== leaving && solution[k]! > 0);
    free = cholesky(matrix, right, active);
  }
  if (free !== null) for (const [place, k] of active.entries()) solution[k] = free[place]!;
  return [solution, active];
}

/** Solves the equations of the chosen elements; null where their vectors are linearly dependent. */
function cholesky(matrix: Matrix, right: readonly number[], chosen: readonly number[]): number[] | null {
  const size = chosen.length;
  const lower = chosen.map((_, i) => new Float64Array(i + 1));
  const solution: number[] = [];
  for (let i = 0; i < size; i++) {
    const row = lower[i]!;
    const given = matrix[chosen[i]!]!;
    for (let j = 0; j < i; j++) {
      const other = lower[j]!;
      row[j] = (given[chosen[j]!]! - partialDot(row, other, j)) / other[j]!;
    }
    const pivot = given[chosen[i]!]! - partialDot(row, row, i);
    if (!(pivot > 1e-13)) return null;
    row[i] = Math.sqrt(pivot);
    solution.push((right[chosen[i]!]! - partialDot(row, solution, i)) / row[i]!);
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = lower[i]!;
    const value = solution[i]! / row[i]!;
    solution[i] = value;
    for (let j = 0; j < i; j++) solution[j]! -= row[j]! * value;
  }
  return solution;
}

/** The inner product of the first `count` elements. */
function partialDot(a: ArrayLike<number>, b: ArrayLike<number>, count: number): number {
  let total = 0;
  for (let k = 0; k < count; k++) total += a[k]! * b[k]!;
  return total;
}
