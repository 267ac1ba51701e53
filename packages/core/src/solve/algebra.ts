export type Matrix = readonly (readonly number[])[];
export type Vector = readonly number[];

export function sum(a: Vector): number {
  let total = 0;
  for (const value of a) total += value;
  return total;
}

/** Σ_k a_k b_k. */
export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

/** The matrix times a column. */
export function times(matrix: Matrix, x: Vector): number[] {
  return matrix.map((row) => dot(row, x));
}

/** xᵀMx, at least 0: what rounding leaves below is no length. */
export function squareNorm(gram: Matrix, x: Vector): number {
  return Math.max(0, dot(x, times(gram, x)));
}

/** softmax(x)_k = exp(x_k) / Σ_j exp(x_j), for any finite x. */
export function softmax(x: Vector): number[] {
  const largest = Math.max(...x);
  const powers = x.map((value) => Math.exp(value - largest));
  const total = sum(powers);
  return powers.map((value) => value / total);
}
