import { Matrix as Dense, EigenvalueDecomposition } from "ml-matrix";
import { dot, type Matrix, sum, type Vector } from "./algebra.ts";

/** M = Σ_k value_k · vector_k vector_kᵀ with vectors of unit length, the largest value first. */
export interface Eigen {
  readonly values: readonly number[];
  readonly vectors: Matrix;
}

/** Eigenvalues and eigenvectors of a symmetric matrix, by ml-matrix (tridiagonal reduction and the QL method); O(n³). */
export function symmetricEigen(matrix: Matrix): Eigen {
  if (matrix.length === 0) return { values: [], vectors: [] };
  // Powers of two change no digit, and squares of the elements stay within float64's range.
  const largest = matrix.flat().reduce((most, value) => Math.max(most, Math.abs(value)), Number.MIN_VALUE);
  const unit = 2 ** Math.round(Math.log2(largest));
  const scaled = matrix.map((row, i) => row.map((value, j) => (value + matrix[j]![i]!) / 2 / unit));
  const found = new EigenvalueDecomposition(new Dense(scaled), { assumeSymmetric: true });
  const order = found.realEigenvalues
    .map((value, place) => ({ value, place }))
    .toSorted((a, b) => b.value - a.value);
  const columns = found.eigenvectorMatrix;
  return {
    values: order.map(({ value }) => value * unit),
    vectors: order.map(({ place }) => columns.getColumn(place)),
  };
}

/**
 * f(M)x = Σ_k f(value_k) ⟨vector_k, x⟩ vector_k over the eigenvalues above `tolerance` times the largest: with f(v) = 1/v the
 * pseudo-inverse applied to x.
 */
export function applySpectral(
  { values, vectors }: Eigen,
  f: (value: number) => number,
  x: Vector,
  tolerance: number,
): number[] {
  const kept = values.flatMap((value, k) => (value > tolerance * values[0]! ? [k] : []));
  const coefficients = kept.map((k) => f(values[k]!) * dot(vectors[k]!, x));
  return x.map((_, d) => sum(kept.map((k, place) => coefficients[place]! * vectors[k]![d]!)));
}
