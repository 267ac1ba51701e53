import type { Vector } from "./algebra.ts";

/**
 * The point of the probability simplex nearest to y: argmin of ‖x − y‖² over x ≥ 0, Σ_k x_k = 1, that is max(0, y_k − τ) with the τ for
 * which the sum is 1. O(n log n).
 *
 * Held, Wolfe and Crowder, "Validation of subgradient optimization", Mathematical Programming 6, 1974,
 * https://doi.org/10.1007/BF01580223.
 */
export function projectOntoSimplex(y: Vector): number[] {
  // Shifted to a largest element of 0, so that huge elements do not swallow the 1.
  const largest = Math.max(...y);
  const shifted = y.map((value) => value - largest);
  let total = 0;
  let threshold = -1;
  for (const [place, value] of shifted.toSorted((a, b) => b - a).entries()) {
    total += value;
    const candidate = (total - 1) / (place + 1);
    if (value > candidate) threshold = candidate;
  }
  return shifted.map((value) => Math.max(0, value - threshold));
}
