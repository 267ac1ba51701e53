import type { Problem } from "../problem.ts";

/**
 * A formula that must fail: the deterministic equivalent of weighted pooling without its finite-size correction, κ = D where
 * `equivalentRisk` has D + 1.
 *
 * Σ_k n_k a_k h / (1 + D a_k h) = 1 for h, p_k = n_k a_k h / (1 + D a_k h), w̄ = Σ p_k w_k,
 * R ≈ |w̄ - w_0|² + D Σ_k (p_k² / n_k) [s_k² + |w_k - w̄|²] / (1 - D Σ_k p_k² / n_k). Own derivation; right in the limit of many features.
 */
export function uncorrectedRisk(
  { features, rows, noise, shifts }: Problem,
  weights: readonly number[],
): number {
  const sharesAt = (h: number) =>
    rows.map((n, k) => (n * weights[k]! * h) / (1 + features * weights[k]! * h));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  // log h by bisection: the shares grow with h.
  let [low, high] = [-60, 60];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (sum(sharesAt(Math.exp(middle))) < 1) low = middle;
    else high = middle;
  }
  const p = sharesAt(Math.exp(low));
  const toShift = shifts.map((row) => sum(row.map((value, k) => value * p[k]!)));
  const mixture = sum(toShift.map((value, k) => value * p[k]!));
  const distance = (k: number) => shifts[k]![k]! - 2 * toShift[k]! + mixture;
  const perRow = p.map((share, k) => share ** 2 / rows[k]!);
  const spread = features * sum(perRow.map((value, k) => value * (noise[k]! + distance(k))));
  return mixture + spread / (1 - features * sum(perRow));
}
