import { shareAmongTwins } from "./twins.ts";

type Matrix = readonly (readonly number[])[];

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
  const blocked = new Set<number>();
  for (let round = 0; round < 20 * size + 20; round++) {
    const entering = steepest(
      matrix,
      right,
      solution,
      (k) => allowed[k]! && !active.includes(k) && !blocked.has(k),
    );
    if (entering === null || entering.slope <= tolerance) return solution;
    const tried = [...active, entering.index];
    const free = cholesky(matrix, right, tried);
    // Dependent on the active vectors, or its descent is rounding noise: it cannot improve the fit now.
    if (free === null || free.at(-1)! <= 0) {
      blocked.add(entering.index);
      continue;
    }
    blocked.clear();
    [solution, active] = retreat(matrix, right, solution, tried, free);
  }
  return solution;
}

function steepest(
  matrix: Matrix,
  right: readonly number[],
  solution: readonly number[],
  eligible: (k: number) => boolean,
): { index: number; slope: number } | null {
  let best: { index: number; slope: number } | null = null;
  for (const [k, row] of matrix.entries()) {
    if (!eligible(k)) continue;
    const slope = row.reduce((rest, value, j) => rest - value * solution[j]!, right[k]!);
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
  const lower: number[][] = [];
  const half: number[] = [];
  for (const [i, a] of chosen.entries()) {
    const row: number[] = [];
    for (const [j, b] of chosen.slice(0, i).entries()) {
      const rest = row.reduce((sum, value, k) => sum - value * lower[j]![k]!, matrix[a]![b]!);
      row.push(rest / lower[j]![j]!);
    }
    const pivot = row.reduce((sum, value) => sum - value * value, matrix[a]![a]!);
    if (!(pivot > 1e-13)) return null;
    half.push(row.reduce((sum, value, k) => sum - value * half[k]!, right[a]!) / Math.sqrt(pivot));
    lower.push([...row, Math.sqrt(pivot)]);
  }
  const solution = Array.from({ length: chosen.length }, () => 0);
  for (let i = chosen.length - 1; i >= 0; i--) {
    let rest = half[i]!;
    for (let k = i + 1; k < chosen.length; k++) rest -= lower[k]![i]! * solution[k]!;
    solution[i] = rest / lower[i]![i]!;
  }
  return solution;
}
