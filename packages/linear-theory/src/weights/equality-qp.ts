import type { Rows } from "../linalg/matrix.ts";
import { symmetricEigen } from "../linalg/symmetric-eigen.ts";
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
  const { values, vectors } = symmetricEigen(
    matrix.map((value) => value + 1),
    n,
  );
  const most = Math.max(...values);
  const out = new Float64Array(n);
  for (const [i, value] of values.entries()) {
    if (value <= 1e-13 * most) continue;
    let along = 0;
    for (let k = 0; k < n; k++) along += vectors[k * n + i]!;
    for (let k = 0; k < n; k++) out[k]! += (along / value) * vectors[k * n + i]!;
  }
  const sum = out.reduce((total, value) => total + value, 0);
  return out.map((value) => value / sum);
}
