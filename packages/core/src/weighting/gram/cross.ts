import { applySpectral, symmetricEigen } from "../../solve/eigen.ts";
import type { Gram } from "./read.ts";

/**
 * A symmetric matrix without its negative eigenvalues, taken of D⁻¹SD⁻¹ for the positive lengths D, so that gradients of all
 * scales count alike. A matrix that has none but by rounding comes back as it is.
 */
export function semidefinite(matrix: Gram, lengths: readonly number[]): Gram {
  const unit = matrix.map((row, i) => row.map((value, j) => value / lengths[i]! / lengths[j]!));
  const eigen = symmetricEigen(unit);
  const greatest = Math.max(...eigen.values.map(Math.abs));
  if (eigen.values.at(-1)! >= -1e-12 * matrix.length * greatest) return matrix;
  return matrix.map((_, i) => {
    const own = matrix.map((__, k) => (k === i ? 1 : 0));
    return applySpectral(eigen, (value) => value, own, 0).map(
      (value, j) => value * lengths[i]! * lengths[j]!,
    );
  });
}
