import { cholesky, choleskySolve } from "../linalg/cholesky.ts";

/**
 * The point x of the simplex that minimises g'(x - p) + ½ (x - p)'H (x - p): the primal active-set method started at p.
 *
 * @param hessian H, T×T, row-major, positive definite.
 * @param point p ≥ 0, Σ p = 1.
 * @throws LinearTheoryError `singular` when H is not positive definite on the free tasks.
 * Cost: at most about T solves of the free tasks' size, T³/6 each. Textbook (Nocedal and Wright, Numerical Optimization, 2006, algorithm 16.3).
 */
export function simplexStep(hessian: Float64Array, slopes: Float64Array, point: Float64Array): Float64Array {
  const n = point.length;
  const x = point.slice();
  let free = [...x.keys()].filter((k) => x[k]! > 0);
  const slope = (k: number): number => {
    let sum = slopes[k]!;
    for (let j = 0; j < n; j++) sum += hessian[k * n + j]! * (x[j]! - point[j]!);
    return sum;
  };
  for (let step = 0; step < 50 + 10 * n; step++) {
    const { move, level } = equalityStep(hessian, n, free, free.map(slope));
    let fraction = 1;
    let blocking = -1;
    for (const [i, k] of free.entries())
      if (move[i]! < 0 && x[k]! + fraction * move[i]! < 0) {
        fraction = x[k]! / -move[i]!;
        blocking = k;
      }
    for (const [i, k] of free.entries()) x[k] = Math.max(0, x[k]! + fraction * move[i]!);
    if (blocking >= 0) {
      x[blocking] = 0;
      free = free.filter((k) => k !== blocking);
      continue;
    }
    let enter = -1;
    let worst = -1e-15 * Math.abs(level);
    for (let k = 0; k < n; k++) {
      const gain = free.includes(k) ? 0 : slope(k) - level;
      if (gain < worst) {
        worst = gain;
        enter = k;
      }
    }
    if (enter < 0) break;
    free.push(enter);
  }
  const sum = x.reduce((total, value) => total + value, 0);
  return x.map((value) => value / sum);
}

/** The step on the free tasks that makes their slopes equal and keeps their sum, and the common slope. */
function equalityStep(hessian: Float64Array, n: number, free: readonly number[], slopes: readonly number[]) {
  const size = free.length;
  const factor = new Float64Array(size * size);
  for (const [i, j] of free.entries())
    for (const [l, k] of free.entries()) factor[i * size + l] = hessian[j * n + k]!;
  cholesky(factor, size);
  const ones = choleskySolve(factor, size, new Float64Array(size).fill(1));
  const pulled = choleskySolve(factor, size, Float64Array.from(slopes));
  const level = total(pulled) / total(ones);
  return { move: pulled.map((value, i) => level * ones[i]! - value), level };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
