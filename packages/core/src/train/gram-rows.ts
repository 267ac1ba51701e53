import type { NDArray } from "../graph/array.ts";

type Matrix = readonly (readonly number[])[];

/** High and low parts [2, n, n] to float64 rows. */
export function gramRows({ data, shape }: NDArray): number[][] {
  const n = shape[1]!;
  const at = (i: number, j: number): number => data[i * n + j]! + data[n * n + i * n + j]!;
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => at(i, j)));
}

/** The sum of one or more matrices. */
export const sumOf = (matrices: readonly Matrix[]): number[][] =>
  matrices.reduce<number[][]>(
    (sum, rows) => rows.map((row, i) => row.map((value, j) => value + (sum[i]?.[j] ?? 0))),
    [],
  );

/** The rows and columns from `row` and `column` on of a T × T block. */
export const block = (matrix: Matrix, row: number, column: number, T: number): number[][] =>
  matrix.slice(row, row + T).map((values) => values.slice(column, column + T));

/** Cosine of two tasks' gradients; null for a zero gradient, and where a product is not finite. */
export function cosine(matrix: Matrix, i: number, j: number): number | null {
  const value = matrix[i]![j]! / Math.sqrt(matrix[i]![i]! * matrix[j]![j]!);
  return Number.isFinite(value) ? value : null;
}

/** Cosine of every task's gradient with the primary's. */
export const cosinesOf = (matrix: Matrix, primary: number): (number | null)[] =>
  matrix.map((_, k) => cosine(matrix, k, primary));
