import { type Moments, moments, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { apply, inner, inverse } from "../linalg/matrix.ts";
import { scaledWeights } from "./scale.ts";

/**
 * Mallows's Cp of the primary: an unbiased estimate, from data, of the risk of weighted pooled least squares on the primary's own rows
 * (metric X_0'X_0 / n_0), given all features and the auxiliary labels:
 *
 * Cp(a) = [|y_0 - X_0 ŵ|² + 2 s_0² a_0 tr(A_0 H^-1)] / n_0 - s_0², H = Σ a_k A_k. It can be negative.
 *
 * @param noise s_0², the primary's noise variance. The auxiliaries' are not needed.
 * @throws LinearTheoryError `singular` when H is, `bad-option` for weights or noise, `bad-data`, `shape` or `non-finite` for the data.
 * Cost: O(Σ n_k D² + D³). Mallows, Some Comments on Cp, Technometrics, 1973; here with auxiliary rows held fixed.
 */
export function mallowsCp(tasks: readonly TaskData[], weights: readonly number[], noise: number): number {
  return cpOfMoments(moments(tasks), weights, noise);
}

/** `mallowsCp` of sums. */
export function cpOfMoments(tasks: readonly Moments[], weights: readonly number[], noise: number): number {
  if (!(Number.isFinite(noise) && noise >= 0))
    throw new LinearTheoryError(
      "bad-option",
      `noise must be a finite variance of at least 0, not ${noise}.`,
      { noise },
    );
  const scaled = scaledWeights(weights, tasks.length);
  const { features, rows, gram, cross, square } = tasks[0]!;
  const { coefficients, inverted } = pooledFit(tasks, scaled);
  const residual =
    square - 2 * inner(coefficients, cross) + inner(coefficients, apply(gram, coefficients, features));
  const value = (Math.max(0, residual) + 2 * noise * scaled[0]! * inner(gram, inverted)) / rows - noise;
  if (Number.isNaN(value))
    throw new LinearTheoryError(
      "non-finite",
      "Cp is not a number: the data span more than double precision holds.",
      {},
    );
  return value;
}

/** ŵ = H^-1 Σ a_k X_k'y_k and H^-1. */
export function pooledFit(
  tasks: readonly Pick<Moments, "features" | "gram" | "cross">[],
  weights: readonly number[],
): { readonly coefficients: Float64Array; readonly inverted: Float64Array } {
  const { features } = tasks[0]!;
  const h = new Float64Array(features * features);
  const right = new Float64Array(features);
  for (const [k, { gram, cross }] of tasks.entries()) {
    const weight = weights[k]!;
    if (weight === 0) continue;
    for (let i = 0; i < h.length; i++) h[i]! += weight * gram[i]!;
    for (let i = 0; i < features; i++) right[i]! += weight * cross[i]!;
  }
  const inverted = inverse(h, features);
  return { coefficients: apply(inverted, right, features), inverted };
}
