import type { ConnectedGraph } from "./connected.ts";
import { information } from "./entropy.ts";

/** A symmetric tridiagonal matrix with the eigenvalues of a graph's adjacency matrix. With n atoms: */
export interface Tridiagonal {
  /** [n] */
  readonly diagonal: Float64Array;
  /** [n − 1] squares of the elements beside the diagonal */
  readonly squares: Float64Array;
}

/** Reflects rows and columns below `k` so that column k ends beside the diagonal; returns the element that is left there. */
function reflect(matrix: readonly Float64Array[], k: number): number {
  const n = matrix.length;
  let square = 0;
  for (let i = k + 1; i < n; i++) square += matrix[i]![k]! ** 2;
  const first = matrix[k + 1]![k]!;
  if (square === first ** 2) return first;
  const left = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  const vector = new Float64Array(n);
  for (let i = k + 1; i < n; i++) vector[i] = matrix[i]![k]!;
  vector[k + 1] = first - left;
  // vᵀv/2 of the reflection I − 2vvᵀ/vᵀv.
  const half = square - first * left;
  const image = new Float64Array(n);
  let overlap = 0;
  for (let i = k + 1; i < n; i++) {
    const row = matrix[i]!;
    let sum = 0;
    for (let j = k + 1; j < n; j++) sum += row[j]! * vector[j]!;
    image[i] = sum / half;
    overlap += image[i]! * vector[i]!;
  }
  for (let i = k + 1; i < n; i++) image[i]! -= (overlap / (2 * half)) * vector[i]!;
  for (let i = k + 1; i < n; i++) {
    const [row, v, w] = [matrix[i]!, vector[i]!, image[i]!];
    for (let j = k + 1; j < n; j++) row[j]! -= v * image[j]! + w * vector[j]!;
  }
  return left;
}

/**
 * Householder's reduction of the adjacency matrix A (A_ij = 1 for a bond).
 * Golub and Van Loan, "Matrix Computations", section 8.3.1. Cost: O(n³).
 */
export function adjacencyTridiagonal({ neighbours }: ConnectedGraph): Tridiagonal {
  const n = neighbours.length;
  const matrix = neighbours.map((near) => {
    const row = new Float64Array(n);
    for (const j of near) row[j] = 1;
    return row;
  });
  const squares = new Float64Array(Math.max(0, n - 1));
  for (let k = 0; k < n - 1; k++) squares[k] = reflect(matrix, k) ** 2;
  return { diagonal: Float64Array.from(matrix, (row, i) => row[i]!), squares };
}

/** Whether every eigenvalue is below x: the pivots of x·1 − T are positive (Sylvester's law of inertia). */
function allBelow({ diagonal, squares }: Tridiagonal, x: number): boolean {
  let pivot = x - diagonal[0]!;
  for (let k = 1; k < diagonal.length && pivot > 0; k++) pivot = x - diagonal[k]! - squares[k - 1]! / pivot;
  return pivot > 0;
}

/** The largest eigenvalue, by bisection between 0 and `bound`, to the last digit. Cost: O(n). */
export function largestEigenvalue(matrix: Tridiagonal, bound: number): number {
  let [low, high] = [0, bound];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (allBelow(matrix, middle)) high = middle;
    else low = middle;
  }
}

/**
 * |c_k| of det(x·1 − A) = Σ_k c_k x^(n−k), by the recurrence p_k = (x − a_k)·p_(k−1) − b_k²·p_(k−2) over the leading parts of the tridiagonal
 * matrix with diagonal a and b beside it.
 *
 * The coefficients of a graph are whole numbers, so rounding takes the error away, down to the zeros of a graph without odd rings. Cost: O(n²).
 */
export function characteristicCoefficients({ diagonal, squares }: Tridiagonal): number[] {
  let [before, last]: number[][] = [[], [1]];
  for (const [k, a] of diagonal.entries()) {
    const square = k === 0 ? 0 : squares[k - 1]!;
    const next = [...last!, 0].map(
      (c, degree) => c - a * (last![degree - 1] ?? 0) - square * (before![degree - 2] ?? 0),
    );
    [before, last] = [last, next];
  }
  return last!.map((c) => Math.abs(Math.round(c)));
}

/**
 * Information content of the coefficients c_k of the characteristic polynomial: with C = Σ|c_k|, a whole of Σ |c_k|·log2(C/|c_k|)
 * (RDKit's Ipc) and a mean of that / C bits (AvgIpc). From some 70 atoms on RDKit's own value loses its digits; this one does not.
 *
 * Bonchev and Trinajstić, "Information theory, distance matrix, and molecular branching", J. Chem. Phys. 1977, equation 6,
 * https://doi.org/10.1063/1.434593.
 */
export function polynomialInformation(matrix: Tridiagonal): {
  readonly whole: number;
  readonly mean: number;
} {
  const coefficients = characteristicCoefficients(matrix);
  const whole = information(coefficients);
  return { whole, mean: whole / coefficients.reduce((a, b) => a + b, 0) };
}
