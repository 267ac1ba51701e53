import { LinearTheoryError } from "../error.ts";

/**
 * The lower Cholesky factor of a symmetric positive definite matrix, A = L L', in place.
 *
 * @param matrix n×n, row-major; its lower triangle is read and becomes L, its strict upper triangle is neither read nor changed.
 * @throws LinearTheoryError `singular` when a pivot is not above `n · 2^-52` times its diagonal entry: the matrix is singular, indefinite or holds NaN.
 * Cost: n³/6 multiplications.
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  const smallest = n * 2 ** -52;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      let sum = matrix[row + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      if (i > j) matrix[row + j] = sum / matrix[other + j]!;
      else if (sum > smallest * matrix[row + i]!) matrix[row + i] = Math.sqrt(sum);
      else
        throw new LinearTheoryError(
          "singular",
          `The ${n}×${n} matrix is not positive definite: pivot ${i} is ${sum}. Give more samples, drop features that others determine, or add a ridge.`,
          { size: n, pivot: i, value: sum },
        );
    }
  }
  return matrix;
}

/** Solves L L' x = b in place. `factor` is n×n from `cholesky`; `vector` holds b and becomes x. Cost: n² multiplications. */
export function choleskySolve(factor: Float64Array, n: number, vector: Float64Array): Float64Array {
  return backSolve(factor, n, forwardSolve(factor, n, vector));
}

/** Solves L'x = b in place. */
export function backSolve(factor: Float64Array, n: number, vector: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * vector[k]!;
    vector[i] = sum / factor[i * n + i]!;
  }
  return vector;
}

/** Solves L x = b in place. */
export function forwardSolve(factor: Float64Array, n: number, vector: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= factor[row + k]! * vector[k]!;
    vector[i] = sum / factor[row + i]!;
  }
  return vector;
}
