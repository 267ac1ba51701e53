/**
 * Writes the lower triangle of A = X' X.
 *
 * @param columns D×n, row-major: feature by feature, the n values of each next to each other.
 * @param target D×D, row-major; its strict upper triangle is not touched.
 * Cost: n D²/2 multiplications; two features by two at a time, so that each value is read half as often.
 */
export function gram(columns: Float64Array, features: number, rows: number, target: Float64Array): void {
  let i = 0;
  for (; i + 1 < features; i += 2) {
    const first = i * rows;
    const second = first + rows;
    for (let j = 0; j <= i; j += 2) {
      const third = j * rows;
      const fourth = third + rows;
      let [s00, s01, s10, s11] = [0, 0, 0, 0];
      for (let r = 0; r < rows; r++) {
        const a = columns[first + r]!;
        const b = columns[second + r]!;
        const c = columns[third + r]!;
        const d = columns[fourth + r]!;
        s00 += a * c;
        s01 += a * d;
        s10 += b * c;
        s11 += b * d;
      }
      target[i * features + j] = s00;
      target[(i + 1) * features + j] = s10;
      target[(i + 1) * features + j + 1] = s11;
      if (j < i) target[i * features + j + 1] = s01;
    }
  }
  if (i < features)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += columns[i * rows + r]! * columns[j * rows + r]!;
      target[i * features + j] = sum;
    }
}

/** Adds `scale` · A x to `target`, A symmetric n×n of which the lower triangle is read. Cost: n² multiplications. */
export function addSymmetricProduct(
  matrix: Float64Array,
  n: number,
  vector: Float64Array,
  scale: number,
  target: Float64Array,
): void {
  for (let i = 0; i < n; i++) {
    const x = scale * vector[i]!;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const a = matrix[i * n + j]!;
      sum += a * vector[j]!;
      target[j]! += a * x;
    }
    target[i]! += scale * sum + matrix[i * n + i]! * x;
  }
}
