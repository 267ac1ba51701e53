import { LinearTheoryError } from "../error.ts";

/**
 * The inverse of a square matrix by Gauss–Jordan elimination with row pivots.
 *
 * @throws LinearTheoryError `singular` when a pivot is 0 or not finite. Cost: n³ multiplications.
 */
export function luInverse(matrix: Float64Array, n: number): Float64Array {
  const a = matrix.slice();
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++)
      if (Math.abs(a[i * n + column]!) > Math.abs(a[pivot * n + column]!)) pivot = i;
    const value = a[pivot * n + column]!;
    if (!(Math.abs(value) > 0 && Number.isFinite(value)))
      throw new LinearTheoryError(
        "singular",
        `The ${n}×${n} matrix is singular: pivot ${column} is ${value}.`,
        {
          size: n,
          pivot: column,
        },
      );
    for (const half of [a, out]) {
      for (let j = 0; j < n; j++) {
        const kept = half[column * n + j]!;
        half[column * n + j] = half[pivot * n + j]! / value;
        if (pivot !== column) half[pivot * n + j] = kept;
      }
    }
    for (let i = 0; i < n; i++) {
      const factor = a[i * n + column]!;
      if (i === column || factor === 0) continue;
      for (const half of [a, out])
        for (let j = 0; j < n; j++) half[i * n + j]! -= factor * half[column * n + j]!;
    }
  }
  return out;
}
