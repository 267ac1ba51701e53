import { LinearTheoryError } from "../error.ts";
import { type PreparedDesign, preparedGradient } from "../risk/fixed-design.ts";

/**
 * Weights of a local minimum of the exact fixed-design risk, by the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno of log R in log a with the exact gradient
 * and backtracking. Starts: weights 1 / s_k² (best without shifts), equal weights, and nearly the primary alone; the best end wins. The risk is not convex, so a better
 * minimum cannot be excluded.
 *
 * @throws LinearTheoryError `singular` when the weighted sum of squares is at every start.
 * Cost: about 3 · 25 gradients.
 */
export function fixedDesignWeights(design: PreparedDesign): number[] {
  const { noise, grams } = design;
  const largest = Math.max(...noise);
  const byNoise = noise.map((s2) => Math.log(largest > 0 ? Math.max(s2 / largest, 1e-8) : 1));
  const starts = [byNoise.map((log) => -log), grams.map(() => 0), grams.map((_, k) => (k === 0 ? 0 : -3))];
  let best: { logs: number[]; risk: number } | undefined;
  let failure: unknown;
  for (const start of starts)
    try {
      const end = descend(design, start);
      if (best === undefined || end.risk < best.risk) best = end;
    } catch (error) {
      if (!(error instanceof LinearTheoryError)) throw error;
      failure = error;
    }
  if (best === undefined) throw failure;
  const most = Math.max(...best.logs);
  return best.logs.map((log) => Math.exp(log - most));
}

/** Quasi-Newton steps on log R until its slopes in log a are at most 1e-9 or no step gains. */
function descend(design: PreparedDesign, start: readonly number[]): { logs: number[]; risk: number } {
  const n = start.length;
  let logs = [...start];
  let now = at(design, logs);
  let inverse = identity(n);
  for (let step = 0; step < 100 && now.risk > 0; step++) {
    if (Math.max(...now.slopes.map(Math.abs)) <= 1e-9) break;
    let direction = inverse.map((row) => -dot(row, now.slopes));
    let descent = dot(direction, now.slopes);
    if (!(descent < 0)) {
      inverse = identity(n);
      direction = now.slopes.map((value) => -value);
      descent = dot(direction, now.slopes);
    }
    const longest = Math.max(...direction.map(Math.abs));
    let rate = Math.min(1, 3 / longest);
    let next = now;
    let moved = logs;
    for (let attempt = 0; attempt < 30; attempt++, rate /= 2) {
      moved = logs.map((log, k) => log + rate * direction[k]!);
      next = at(design, moved);
      if (next.risk <= now.risk * (1 + 1e-4 * rate * Math.max(descent, -1))) break;
    }
    if (!(next.risk < now.risk * (1 - 1e-15))) break;
    const change = next.slopes.map((value, k) => value - now.slopes[k]!);
    const way = moved.map((log, k) => log - logs[k]!);
    if (step === 0) {
      const size = dot(way, change) / dot(change, change);
      if (size > 0 && Number.isFinite(size)) inverse = inverse.map((row) => row.map((value) => value * size));
    }
    updated(inverse, way, change);
    logs = moved;
    now = next;
  }
  return { logs, risk: now.risk };
}

/** The risk and the slopes of its logarithm in log a. Logs are taken relative to the largest, and those below e^-600 count as weight 0. */
function at(design: PreparedDesign, logs: readonly number[]) {
  const most = Math.max(...logs);
  const weights = logs.map((log) => (log - most < -600 ? 0 : Math.exp(log - most)));
  const { risk, gradient } = preparedGradient(design, weights);
  return { risk, slopes: gradient.map((value, k) => (risk > 0 ? (value / risk) * weights[k]! : 0)) };
}

/** The inverse Hessian after a step s that changed the gradient by y, in place; skipped where the curvature is not positive. */
function updated(inverse: number[][], s: readonly number[], y: readonly number[]): void {
  const curvature = dot(s, y);
  if (!(curvature > 1e-14 * Math.sqrt(dot(s, s)) * Math.sqrt(dot(y, y)))) return;
  const moved = inverse.map((row) => dot(row, y));
  const factor = (1 + dot(y, moved) / curvature) / curvature;
  for (let i = 0; i < s.length; i++)
    for (let j = 0; j < s.length; j++)
      inverse[i]![j]! += factor * s[i]! * s[j]! - (moved[i]! * s[j]! + s[i]! * moved[j]!) / curvature;
}

function identity(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
