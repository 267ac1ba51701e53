import type { TaskData } from "../../src/data.ts";
import type { Random } from "../../src/random.ts";

/** Gaussian data of T tasks: rows of independent standard normals, labels with noise of variance s_k². */
export function drawTasks(
  rows: readonly number[],
  coefficients: readonly (readonly number[])[],
  noise: readonly number[],
  stream: Random,
): TaskData[] {
  return rows.map((n, k) => {
    const w = coefficients[k]!;
    const x = Array.from({ length: n }, () => w.map(() => stream.normal()));
    return { x, y: labels(x, w, noise[k]!, stream) };
  });
}

/** New labels for given features. */
export function labels(x: TaskData["x"], w: readonly number[], noise: number, stream: Random): number[] {
  const deviation = Math.sqrt(noise);
  return x.map((row) => row.reduce((sum, value, i) => sum + value * w[i]!, 0) + deviation * stream.normal());
}

/** Coefficients at squared distance Δ from 0 for every auxiliary, along features of their own; the primary's are 0. */
export function shifted(features: number, deltas: readonly number[]): number[][] {
  return [0, ...deltas].map((delta, k) =>
    Array.from({ length: features }, (_, i) => (k > 0 && i === (k - 1) % features ? Math.sqrt(delta) : 0)),
  );
}

/** |w - w_0|² of estimated coefficients. */
export function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
