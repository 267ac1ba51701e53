import { LinearTheoryError } from "../error.ts";
import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { fitVariance } from "./averaging.ts";
import { equivalentRisk } from "./equivalent.ts";
import { type JacobiEnsemble, jacobiEnsemble } from "./jacobi-ensemble.ts";
import { scaledProblem, scaledWeights, unscaled } from "./scale.ts";
import { tooFewRows } from "./single-task.ts";

/** The risk of one auxiliary task, with what is known of its own accuracy. */
export interface TwoTaskRisk extends Risk {
  /** Estimated relative error of `risk` where `exact`; Infinity (not estimated) where the equivalent stands in. */
  readonly error: number;
}

/** The largest D for which the quadrature is tried: it takes about a second there and is still exact to 1e-12. */
const mostFeatures = 100;
/** The largest estimated relative error that still counts as exact. */
const tolerance = 1e-9;

/**
 * The exact risk of least squares on the primary and one auxiliary with weights a_0, a_1 on their squared errors. With u_i the eigenvalues of the
 * Jacobi ensemble (see `jacobiEnsemble`), r_i = 1 / (a_0 (1 - u_i) + a_1 u_i), g_i = a_1 u_i r_i, Δ = G_11 and N = n_0 + n_1:
 *
 * R = { (Δ / D) E[(N - 1) Σ g_i² - (Σ g_i)²] + E Σ r_i² [a_0² s_0² (1 - u_i) + a_1² s_1² u_i] } / (N - D - 1).
 *
 * The code measures its own error: the result at two node counts and the identity E Σ u_i = D n_1 / N. When that exceeds 1e-9, when a task has fewer
 * than D rows, or when D > 100, `equivalentRisk` stands in, `exact` is false and `caution` says so.
 * Infinite with a caution when the tasks of positive weight have N ≤ D + 1 rows.
 * @throws LinearTheoryError `bad-problem` for another number of tasks than 2, `bad-option` for the weights.
 * Cost: O(Q² D + D³) with Q = 80 + 3 D nodes: a few milliseconds at D = 10, half a second at D = 100. Own derivation.
 */
export function twoTaskRisk(problem: Problem, weights: readonly number[]): TwoTaskRisk {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows, noise, shifts } = unit;
  if (rows.length !== 2)
    throw new LinearTheoryError(
      "bad-problem",
      `twoTaskRisk needs the primary and one auxiliary, not ${rows.length} tasks. Use equivalentRisk for more.`,
      { tasks: rows.length },
    );
  const [a0, a1] = scaledWeights(weights, 2) as [number, number];
  const [n0, n1] = rows as readonly [number, number];
  for (const [task, other] of [
    [0, a1],
    [1, a0],
  ] as const)
    if (other === 0 || rows[1 - task] === 0) return alone(unit, scale, task);
  if (n0 + n1 <= features + 1)
    return { ...infiniteRisk(tooFewRows("the pool of both tasks", n0 + n1, features)), error: 0 };
  const parts = twoTaskParts(features, n0, n1, a0, a1);
  if (typeof parts === "string")
    return {
      ...equivalentRisk(problem, weights),
      caution: `${parts} The equivalent stands in.`,
      error: Number.POSITIVE_INFINITY,
    };
  const { bias, own, other, error } = parts;
  return { ...unscaled(scale, bias * shifts[1]![1]!, own * noise[0]! + other * noise[1]!, true), error };
}

/** The risk when only one task has rows and weight. */
function alone({ features, rows, noise, shifts }: Problem, scale: number, task: 0 | 1): TwoTaskRisk {
  const variance = fitVariance(features, rows[task]!, noise[task]!);
  if (variance === Number.POSITIVE_INFINITY)
    return {
      ...infiniteRisk(tooFewRows(task === 0 ? "the primary" : "the auxiliary", rows[task]!, features)),
      error: 0,
    };
  return { ...unscaled(scale, shifts[task]![task]!, variance, true), error: 0 };
}

/** What the risk is made of: bias² per unit of Δ, variance per unit of s_0² and of s_1². */
export interface TwoTaskParts {
  readonly bias: number;
  readonly own: number;
  readonly other: number;
  /** Estimated relative error. */
  readonly error: number;
}

/** The exact parts, or the reason why they cannot be had. Weights are positive and at most 1; N > D + 1. */
export function twoTaskParts(
  features: number,
  n0: number,
  n1: number,
  a0: number,
  a1: number,
): TwoTaskParts | string {
  if (Math.min(n0, n1) < features)
    return `The exact formula needs at least ${features} rows in both tasks, not ${n0} and ${n1}.`;
  if (features > mostFeatures)
    return `The exact formula is not tried beyond ${mostFeatures} features (here ${features}).`;
  const size = 80 + 3 * features;
  let before = partsAt(features, n0, n1, a0, a1, size);
  let error = Number.POSITIVE_INFINITY;
  for (const factor of [1.3, 2]) {
    const now = partsAt(features, n0, n1, a0, a1, Math.round(factor * size));
    error = Math.max(
      distance(before.bias, now.bias),
      distance(before.own, now.own),
      distance(before.other, now.other),
      now.defect,
    );
    if (error <= tolerance) return { bias: now.bias, own: now.own, other: now.other, error };
    before = now;
  }
  return `The quadrature of the exact formula has an estimated relative error of ${error.toPrecision(2)}, more than ${tolerance}.`;
}

function partsAt(features: number, n0: number, n1: number, a0: number, a1: number, size: number) {
  const ensemble = jacobiEnsemble(features, n0, n1, size);
  const total = n0 + n1;
  const left = total - features - 1;
  const average = averages(ensemble, a0, a1);
  const expected = (features * n1) / total;
  return {
    bias: ((total - 1) * average.squares - average.square) / features / left,
    own: average.own / left,
    other: average.other / left,
    defect: distance(ensemble.mean(ensemble.sine2), expected),
  };
}

/** E Σ g², E (Σ g)², E Σ a_0² r² (1 - u) and E Σ a_1² r² u; with a_0 r and a_1 r as wholes, which do not overflow. */
function averages({ sine2, cosine2, mean, meanSquare }: JacobiEnsemble, a0: number, a1: number) {
  const shrink = (a: number) => sine2.map((u, m) => a / (a0 * cosine2[m]! + a1 * u));
  const own = shrink(a0);
  const other = shrink(a1);
  const g = other.map((value, m) => value * sine2[m]!);
  return {
    squares: mean(g.map((value) => value * value)),
    square: meanSquare(g),
    own: mean(own.map((value, m) => value * (value * cosine2[m]!))),
    other: mean(other.map((value, m) => value * g[m]!)),
  };
}

/** Relative distance; Infinity when either is not a number. */
function distance(a: number, b: number): number {
  if (a === b) return 0;
  const value = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}
