import { LinearTheoryError } from "../error.ts";

/** A matrix with its shape, row-major: entry (i, j) is `values[i * columns + j]`. */
export interface Rectangular {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/**
 * A list of rows as one flat array.
 *
 * @throws LinearTheoryError `shape` when it is empty or ragged, `non-finite` when an entry is not finite; both name it by `name`.
 */
export function rectangular(matrix: readonly (readonly number[])[], name: string): Rectangular {
  const columns = matrix[0]?.length ?? 0;
  if (columns === 0)
    throw new LinearTheoryError("shape", `${name} is empty: it needs at least one row and one column.`, {
      name,
    });
  const values = new Float64Array(matrix.length * columns);
  for (const [i, row] of matrix.entries()) {
    if (row.length !== columns)
      throw new LinearTheoryError(
        "shape",
        `${name}[${i}] has ${row.length} entries and ${name}[0] has ${columns}: rows must have the same length.`,
        { name, row: i },
      );
    for (const [j, value] of row.entries()) {
      if (!Number.isFinite(value))
        throw new LinearTheoryError("non-finite", `${name}[${i}][${j}] must be finite, not ${value}.`, {
          name,
          row: i,
          column: j,
        });
      values[i * columns + j] = value;
    }
  }
  return { rows: matrix.length, columns, values };
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
