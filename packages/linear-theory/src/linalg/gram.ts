/**
 * Writes the lower triangle of A = X' X.
 *
 * @param columns D×n, row-major: feature by feature, the n values of each next to each other.
 * @param target D×D, row-major; some of its upper triangle is overwritten too.
 * Cost: n D²/2 multiplications; three features by three at a time, so that each value is read a third as often.
 */
export function gram(columns: Float64Array, features: number, rows: number, target: Float64Array): void {
  const whole = features - (features % 3);
  for (let i = 0; i < whole; i += 3)
    for (let j = 0; j <= i; j += 3) block(columns, features, rows, i, j, target);
  for (let i = whole; i < features; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += columns[i * rows + r]! * columns[j * rows + r]!;
      target[i * features + j] = sum;
    }
}

/** Features i to i + 2 by j to j + 2, all nine sums in registers. */
function block(
  columns: Float64Array,
  features: number,
  rows: number,
  i: number,
  j: number,
  target: Float64Array,
): void {
  const [ia, ib, ic] = [i * rows, (i + 1) * rows, (i + 2) * rows];
  const [ix, iy, iz] = [j * rows, (j + 1) * rows, (j + 2) * rows];
  let [ax, ay, az, bx, by, bz, cx, cy, cz] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let r = 0; r < rows; r++) {
    const x = columns[ix + r]!;
    const y = columns[iy + r]!;
    const z = columns[iz + r]!;
    const a = columns[ia + r]!;
    const b = columns[ib + r]!;
    const c = columns[ic + r]!;
    ax += a * x;
    ay += a * y;
    az += a * z;
    bx += b * x;
    by += b * y;
    bz += b * z;
    cx += c * x;
    cy += c * y;
    cz += c * z;
  }
  const at = i * features + j;
  target[at] = ax;
  target[at + 1] = ay;
  target[at + 2] = az;
  target[at + features] = bx;
  target[at + features + 1] = by;
  target[at + features + 2] = bz;
  target[at + 2 * features] = cx;
  target[at + 2 * features + 1] = cy;
  target[at + 2 * features + 2] = cz;
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
