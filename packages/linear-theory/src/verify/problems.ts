import type { Problem } from "../problem.ts";
import { type Random, random } from "../random.ts";
import type { ShiftProblem } from "../risk/equivalent-shift.ts";

/** A random problem in the forms that the formulas take. */
export interface VerifyProblem {
  /** One to four auxiliaries; the primary has at least D + 6 rows, so that squared errors have a third moment and means of them settle. */
  readonly problem: Problem;
  /** The same tasks with features of a covariance of their own: eigenvalues within e^±1. */
  readonly shifted: ShiftProblem;
  /** a_k, within a factor of 10 of each other. */
  readonly weights: readonly number[];
}

/**
 * `count` random problems of a seed: D from 1 to 16, n_0 from D + 6 to some 4 D + 20, auxiliary rows from 2 up, noise variances 1/4 to 4,
 * and coefficient differences whose squared length is a tenth of the single-task risk to ten times of it, so that bias and variance
 * both count.
 */
export function verifyProblems(seed: number, count: number): VerifyProblem[] {
  const source = random(seed);
  return Array.from({ length: count }, () => draw(source));
}

function draw(source: Random): VerifyProblem {
  const whole = (low: number, high: number) => low + Math.floor(source.uniform() * (high - low + 1));
  const logarithmic = (low: number, high: number) => low * (high / low) ** source.uniform();
  const features = Math.round(logarithmic(1, 16));
  const tasks = whole(2, 5);
  const auxiliaries = Array.from({ length: tasks - 1 }, () => Math.round(logarithmic(2, 8 * features + 40)));
  const rows = [features + whole(6, 3 * features + 20), ...auxiliaries];
  const noise = rows.map(() => logarithmic(0.25, 4));
  const single = (noise[0]! * features) / (rows[0]! - features - 1);
  const coefficients = rows.map((_, task) => {
    const direction = Array.from({ length: features }, () => source.normal());
    const length = Math.sqrt(single * logarithmic(0.1, 10)) / Math.hypot(...direction);
    return direction.map((value) => (task === 0 ? 0 : value * length));
  });
  const inner = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return {
    problem: { features, rows, noise, shifts: coefficients.map((a) => coefficients.map((b) => inner(a, b))) },
    shifted: {
      rows,
      noise,
      coefficients,
      covariances: rows.map(() => covariance(features, source)),
    },
    weights: rows.map(() => logarithmic(0.1, 1)),
  };
}

/** Eigenvalues exp(u), u uniform in ±1, turned by three random reflections. */
function covariance(features: number, source: Random): number[][] {
  const index = Array.from({ length: features }, (_, i) => i);
  let matrix = index.map((i) => index.map((j) => (i === j ? Math.exp(2 * source.uniform() - 1) : 0)));
  for (let turn = 0; turn < 3; turn++) {
    const v = index.map(() => source.normal());
    const scale = 2 / v.reduce((sum, x) => sum + x * x, 0);
    const reflection = index.map((i) => index.map((j) => Number(i === j) - scale * v[i]! * v[j]!));
    const product = (a: number[][], b: number[][]) =>
      a.map((row) => index.map((j) => row.reduce((sum, x, k) => sum + x * b[k]![j]!, 0)));
    matrix = product(product(reflection, matrix), reflection);
  }
  return index.map((i) => index.map((j) => (matrix[i]![j]! + matrix[j]![i]!) / 2));
}
