/** Eigenvalues of a symmetric matrix, in no order, and its orthonormal eigenvectors. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** n×n, row-major; column i belongs to value i. */
  readonly vectors: Float64Array;
}

/**
 * The eigenvalues and eigenvectors of a symmetric n×n matrix by Jacobi's cyclic rotations. Always ends, whatever the sizes of the entries
 * (the tridiagonal method of ml-matrix does not where some are near the end of the doubles), and small eigenvalues keep their digits.
 *
 * @param matrix Row-major, finite, its largest entry near 1; it stays as it is.
 * Cost: some 10 sweeps of 4 n³ multiplications; meant for n up to 100.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < 60; sweep++) {
    let turned = false;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q]!;
        const [own, other] = [a[p * n + p]!, a[q * n + q]!];
        if (
          Math.abs(off) <= 1e-17 * Math.sqrt(Math.abs(own)) * Math.sqrt(Math.abs(other)) ||
          Math.abs(off) < 1e-300
        )
          continue;
        turned = true;
        const ratio = (other - own) / 2 / off;
        const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(1, ratio));
        const cosine = 1 / Math.hypot(1, tangent);
        rotate(a, vectors, n, p, q, cosine, tangent * cosine);
        a[p * n + q] = 0;
        a[q * n + p] = 0;
      }
    if (!turned) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors };
}

/** J' A J and V J for the rotation J in the plane of p and q. */
function rotate(
  a: Float64Array,
  v: Float64Array,
  n: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
    const [z, w] = [v[k * n + p]!, v[k * n + q]!];
    v[k * n + p] = c * z - s * w;
    v[k * n + q] = s * z + c * w;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}
