export type Matrix = number[][];
export const matrix = (data: ArrayLike<number>, m: number): Matrix =>
  Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => data[i * m + j]!));
export const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));
export const transposed = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));
export const identity = (m: number): Matrix =>
  Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => (i === j ? 1 : 0)));

/** Greatest entry of |RᵀR − I|, in double. */
export function distortion(r: ArrayLike<number>): number {
  const m = Math.sqrt(r.length);
  const square = product(transposed(matrix(r, m)), matrix(r, m));
  return Math.max(...square.flatMap((row, i) => row.map((value, j) => Math.abs(value - (i === j ? 1 : 0)))));
}

/** exp(A) by thirty terms of its series, of A/1024 squared ten times, in double. */
export function exponential(a: Matrix): Matrix {
  const small = a.map((row) => row.map((value) => value / 1024));
  let [sum, term] = [identity(a.length), identity(a.length)];
  for (let n = 1; n <= 30; n++) {
    term = product(term, small).map((row) => row.map((value) => value / n));
    sum = sum.map((row, i) => row.map((value, j) => value + term[i]![j]!));
  }
  for (let i = 0; i < 10; i++) sum = product(sum, sum);
  return sum;
}
