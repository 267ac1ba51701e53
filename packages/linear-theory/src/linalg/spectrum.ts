import { Matrix, SVD } from "ml-matrix";
import { notNaN } from "../finite.ts";
import type { Rectangular } from "./matrix.ts";

/** Singular values and right singular vectors of a D×T matrix. */
export interface Spectrum {
  /** σ_1 ≥ σ_2 ≥ … , length T; those beyond min(D, T) are 0. */
  readonly values: Float64Array;
  /** V, T×T and orthogonal, row-major: entry (k, i) is task k in the i-th right singular vector. */
  readonly right: Float64Array;
}

/** Far below the rounding error of the largest entry. Entries near the smallest double let ml-matrix iterate without end. */
const NEGLIGIBLE = 1e-30;

/**
 * The singular values and all T right singular vectors. The matrix is divided by its largest entry first, so that no square overflows, and
 * padded with rows of zeros when D < T, so that V is complete. Cost: about 4 D T² + 8 T³ multiplications (ml-matrix, Golub and Kahan).
 */
export function spectrum({ rows, columns, values }: Rectangular): Spectrum {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value));
  if (scale === 0) return { values: new Float64Array(columns), right: identity(columns) };
  const padded = Matrix.zeros(Math.max(rows, columns), columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const value = values[i * columns + j]! / scale;
      if (Math.abs(value) > NEGLIGIBLE) padded.set(i, j, value);
    }
  const svd = new SVD(padded, { computeLeftSingularVectors: false });
  const right = new Float64Array(columns * columns);
  for (let k = 0; k < columns; k++)
    for (let i = 0; i < columns; i++) right[k * columns + i] = svd.rightSingularVectors.get(k, i);
  const singular = Float64Array.from(svd.diagonal, (value) => notNaN(value * scale, "A singular value"));
  return { values: singular, right };
}

function identity(size: number): Float64Array {
  return Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}

/** P, T×T: the projector on the first `width` right singular vectors. Cost: T² · width. */
export function projector({ values, right }: Spectrum, width: number): Rectangular {
  const tasks = values.length;
  const entries = new Float64Array(tasks * tasks);
  for (let j = 0; j < tasks; j++)
    for (let k = 0; k < tasks; k++)
      for (let i = 0; i < width; i++)
        entries[j * tasks + k]! += right[j * tasks + i]! * right[k * tasks + i]!;
  return { rows: tasks, columns: tasks, values: entries };
}

/** P e_0, the projector's column of the primary; its first entry is the leverage P_00. Cost: T · width. */
export function primaryColumn({ values, right }: Spectrum, width: number): Float64Array {
  const tasks = values.length;
  const column = new Float64Array(tasks);
  for (let k = 0; k < tasks; k++)
    for (let i = 0; i < width; i++) column[k]! += right[k * tasks + i]! * right[i]!;
  return column;
}

/** ‖M (I - P) e_0‖²: what rank `width` leaves out of the primary's column. */
export function primaryTail({ values, right }: Spectrum, width: number): number {
  let sum = 0;
  for (let i = width; i < values.length; i++) sum += (values[i]! * right[i]!) ** 2;
  return sum;
}
