import { LinearTheoryError } from "../error.ts";
import { cholesky, choleskySolve } from "./cholesky.ts";
import { smallestPivot } from "./smallest-pivot.ts";

/** A matrix as plain rows, the form in which this package takes and gives matrices. */
export type Rows = readonly (readonly number[])[];

/** A matrix with its shape, row-major: entry (i, j) is `values[i * columns + j]`. */
export interface Rectangular {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

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

/**
 * A list of rows with its shape.
 *
 * @throws LinearTheoryError `shape` when it is empty or ragged, `non-finite` when an entry is not finite; both name it by `name`.
 */
export function rectangular(matrix: Rows, name: string): Rectangular {
  const columns = matrix[0]?.length ?? 0;
  if (columns === 0)
    throw new LinearTheoryError("shape", `${name} is empty: it needs at least one row and one column.`, {
      name,
    });
  return { rows: matrix.length, columns, values: dense(matrix, columns, name) };
}

/** The matrix as a list of rows. */
export function rowsOf({ rows, columns, values }: Rectangular): number[][] {
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]);
}

/** A'B of two matrices with the same number of rows. Cost: rows · columns of A · columns of B. */
export function transposedProduct(a: Rectangular, b: Rectangular): Rectangular {
  const values = new Float64Array(a.columns * b.columns);
  for (let row = 0; row < a.rows; row++)
    for (let i = 0; i < a.columns; i++) {
      const factor = a.values[row * a.columns + i]!;
      for (let j = 0; j < b.columns; j++)
        values[i * b.columns + j]! += factor * b.values[row * b.columns + j]!;
    }
  return { rows: a.columns, columns: b.columns, values };
}

/** AB. Cost: rows of A · columns of A · columns of B. */
export function product(a: Rectangular, b: Rectangular): Rectangular {
  const values = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let k = 0; k < a.columns; k++) {
      const factor = a.values[i * a.columns + k]!;
      for (let j = 0; j < b.columns; j++) values[i * b.columns + j]! += factor * b.values[k * b.columns + j]!;
    }
  return { rows: a.rows, columns: b.columns, values };
}

/** One column as a vector of its own. */
export function column({ rows, columns, values }: Rectangular, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]!);
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
  return product({ rows: n, columns: n, values: a }, { rows: n, columns: n, values: b }).values;
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
