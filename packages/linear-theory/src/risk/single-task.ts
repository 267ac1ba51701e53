import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { scaledProblem, unscaled } from "./scale.ts";

/**
 * The risk of ordinary least squares on the primary alone, R_0 = s_0² D / (n_0 - D - 1), exact for Gaussian rows.
 *
 * Infinite with a caution for n_0 ≤ D + 1, where the inverse Wishart matrix has no mean; without noise, D rows are enough for a risk of 0.
 * @throws LinearTheoryError `bad-problem`. Cost: O(1) after the check.
 * A textbook result (mean of an inverse Wishart matrix).
 */
export function singleTaskRisk(problem: Problem): Risk {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows, noise } = unit;
  const n = rows[0]!;
  if (noise[0] === 0 && n >= features) return unscaled(scale, 0, 0, true);
  if (n <= features + 1) return infiniteRisk(tooFewRows("the primary", n, features));
  return unscaled(scale, 0, (noise[0]! * features) / (n - features - 1), true);
}

/** The caution of every formula that needs more than D + 1 rows. */
export function tooFewRows(what: string, rows: number, features: number): string {
  return `The risk is infinite: ${what} has ${rows} rows for ${features} features, and least squares needs more than ${features + 1}. Add a ridge, pool or average with tasks that have more rows, or drop features.`;
}
