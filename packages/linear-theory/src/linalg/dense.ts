import { LinearTheoryError } from "../error.ts";
import { cholesky, choleskySolve } from "./cholesky.ts";
import { smallestPivot } from "./smallest-pivot.ts";

/** A matrix as plain rows, the form in which this package takes and gives matrices. */
export type Rows = readonly (readonly number[])[];

/**
 * Plain rows as a row-major Float64Array, checked.
 *
 * @throws LinearTheoryError `shape` when a row has not `columns` entries, `non-finite` when an entry is NaN or infinite; both name `what`.
 */
export function dense(rows: Rows, columns: number, what: string): Float64Array {
  const out = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) {
    if (row.length !== columns)
      throw new LinearTheoryError(
        "shape",
        `${what}[${i}] has ${row.length} entries; it must have ${columns}.`,
        {
          what,
          row: i,
        },
      );
    for (let j = 0; j < columns; j++) {
      const value = row[j]!;
      if (!Number.isFinite(value))
        throw new LinearTheoryError("non-finite", `${what}[${i}][${j}] must be finite, not ${value}.`, {
          what,
          row: i,
          column: j,
        });
      out[i * columns + j] = value;
    }
  }
  return out;
}

/** A row-major n×m Float64Array as plain rows. */
export function toRows(matrix: Float64Array, columns: number): number[][] {
  return Array.from({ length: matrix.length / columns }, (_, i) => [
    ...matrix.subarray(i * columns, (i + 1) * columns),
  ]);
}

/**
 * X'X of a row-major matrix with the given number of columns, both triangles.
 *
 * @throws LinearTheoryError `non-finite` when a product overflows. Cost: rows · columns² / 2 multiplications.
 */
export function gram(x: Float64Array, columns: number): Float64Array {
  const out = new Float64Array(columns * columns);
  for (let start = 0; start < x.length; start += columns)
    for (let i = 0; i < columns; i++) {
      const value = x[start + i]!;
      for (let j = 0; j <= i; j++) out[i * columns + j]! += value * x[start + j]!;
    }
  for (let i = 0; i < columns; i++)
    for (let j = 0; j <= i; j++) {
      const value = out[i * columns + j]!;
      if (!Number.isFinite(value))
        throw new LinearTheoryError(
          "non-finite",
          `The product of features ${j} and ${i} overflows. Rescale the features.`,
          { features: [j, i] },
        );
      out[j * columns + i] = value;
    }
  return out;
}

/** A B of two n×n matrices. Cost: n³ multiplications. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const value = a[i * n + k]!;
      if (value === 0) continue;
      const row = k * n;
      for (let j = 0; j < n; j++) out[i * n + j]! += value * b[row + j]!;
    }
  return out;
}

/** A x of an n×n matrix. */
export function apply(a: Float64Array, x: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += a[i * n + j]! * x[j]!;
    out[i] = sum;
  }
  return out;
}

/** The sum of the products of all entries: the inner product of vectors, and tr(A'B) of matrices. */
export function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/**
 * The inverse of a symmetric positive definite n×n matrix; the input stays as it is.
 *
 * @throws LinearTheoryError `singular`, see `cholesky`. Cost: about 7 n³/6 multiplications.
 */
export function inverse(matrix: Float64Array, n: number): Float64Array {
  const factor = cholesky(matrix.slice(), n);
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const column = out.subarray(i * n, (i + 1) * n);
    column[i] = 1;
    choleskySolve(factor, n, column);
  }
  return out;
}

/**
 * A symmetric matrix with real entries, checked to be symmetric to 1e-9 of its largest entry.
 *
 * @throws LinearTheoryError `shape`, `non-finite`, or `bad-problem` when it is not symmetric.
 */
export function symmetric(rows: Rows, n: number, what: string): Float64Array {
  if (rows.length !== n)
    throw new LinearTheoryError("shape", `${what} has ${rows.length} rows; it must be ${n}×${n}.`, { what });
  const out = dense(rows, n, what);
  const scale = out.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(out[i * n + j]! - out[j * n + i]!) > 1e-9 * scale)
        throw new LinearTheoryError(
          "bad-problem",
          `${what}[${i}][${j}] is ${out[i * n + j]} and ${what}[${j}][${i}] is ${out[j * n + i]}: the matrix must be symmetric.`,
          { what, row: i, column: j },
        );
  return out;
}

/**
 * A symmetric positive semi-definite matrix, checked to 1e-9 of its largest entry.
 *
 * @throws LinearTheoryError like `symmetric`, and `bad-problem` when it has a negative eigenvalue.
 */
export function semidefinite(rows: Rows, n: number, what: string): Float64Array {
  const out = symmetric(rows, n, what);
  const pivot = smallestPivot(rows);
  if (!(pivot >= -1e-9))
    throw new LinearTheoryError(
      "bad-problem",
      `${what} must be positive semi-definite: an elimination meets the pivot ${pivot} of its largest entry.`,
      { what, pivot },
    );
  return out;
}
