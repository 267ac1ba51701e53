import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Rows } from "../linalg/dense.ts";
import { affineMinimum, minimum, type QuadraticMinimum, unitMatrix } from "./simplex-qp.ts";

/**
 * Minimises α'Q α over Σ α = 1 alone, so that weights may be negative: α = Q^-1 1 / (1'Q^-1 1), R = 1 / (1'Q^-1 1).
 * For a singular Q the minimum is not always unique; then it is the shortest α.
 *
 * @throws LinearTheoryError `shape`, `non-finite` or `bad-problem` for what is no covariance matrix.
 * Cost: T³/6, or an eigenvalue decomposition when singular.
 */
export function equalityQp(q: Rows): QuadraticMinimum {
  const { unit, scale } = unitMatrix(q);
  const weights = affineMinimum(unit, q.length, [...q.keys()]) ?? shortest(unit, q.length);
  return minimum(weights, unit, scale);
}

/** (Q + 11')^+ 1 up to scale, by the eigenvectors whose eigenvalues are not rounding. */
function shortest(matrix: Float64Array, n: number): Float64Array {
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => matrix[i * n + j]! + 1),
  );
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    new Matrix(rows),
    {
      assumeSymmetric: true,
    },
  );
  const most = Math.max(...values);
  const out = new Float64Array(n);
  for (const [k, value] of values.entries()) {
    if (value <= 1e-13 * most) continue;
    const column = vectors.getColumn(k);
    const factor = column.reduce((sum, entry) => sum + entry, 0) / value;
    for (let i = 0; i < n; i++) out[i]! += factor * column[i]!;
  }
  const sum = out.reduce((total, value) => total + value, 0);
  return out.map((value) => value / sum);
}
