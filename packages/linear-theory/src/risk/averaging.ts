import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { quadratic, scaledProblem, sharesOfSum, unscaled } from "./scale.ts";
import { tooFewRows } from "./single-task.ts";

/**
 * The exact risk of the weighted mean Σ α_k ŵ_k of fits made on every task's own independent rows:
 * R = α'Q α, α = a / Σ a, Q = G + diag(s_k² D / (n_k - D - 1)). Negative weights are allowed.
 *
 * Infinite with a caution when a task of non-zero weight and noise has n_k ≤ D + 1 rows.
 * @throws LinearTheoryError `bad-problem`, `bad-option` for the weights.
 * Cost: O(T²). Own derivation (inverse Wishart mean).
 */
export function averagingRisk(problem: Problem, weights: readonly number[]): Risk {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows, noise, shifts } = unit;
  const shares = sharesOfSum(weights, rows.length);
  let variance = 0;
  for (const [k, n] of rows.entries()) {
    const own = fitVariance(features, n, noise[k]!);
    if (shares[k] === 0) continue;
    if (own === Number.POSITIVE_INFINITY) return infiniteRisk(tooFewRows(`task ${k}`, n, features));
    variance += shares[k]! ** 2 * own;
  }
  return unscaled(scale, quadratic(shifts, shares), variance, true);
}

/** s² D / (n - D - 1), the excess risk of a fit of its own task; infinite below D + 2 rows, 0 without noise from D rows on. */
export function fitVariance(features: number, rows: number, noise: number): number {
  if (noise === 0 && rows >= features) return 0;
  return rows <= features + 1 ? Number.POSITIVE_INFINITY : (noise * features) / (rows - features - 1);
}
