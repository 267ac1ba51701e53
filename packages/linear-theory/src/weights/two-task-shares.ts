import type { Problem } from "../problem.ts";

/**
 * The shares (1 - p, p) that minimise the equivalent risk of pooling the primary and one auxiliary, R(p) = M(p) / q(p) with cubic M and quadratic q:
 * m_0 = D s_0² / n_0, m_1 = -2 m_0, m_2 = m_0 + D s_1² / n_1 + Δ (1 + κ / n_1), m_3 = -2 κ Δ / n_1,
 * q_0 = 1 - κ / n_0, q_1 = 2 κ / n_0, q_2 = -κ (1 / n_0 + 1 / n_1), κ = D + 1.
 * The root of the quartic M'q - M q' in (max(0, 1 - n_0 / κ), min(1, n_1 / κ)), by bisection. With noise it is negative at the left end, so p > 0: the best weight of
 * an auxiliary is never 0. One root was found in each of 20,000 random problems; uniqueness is unproved.
 *
 * @param problem Two tasks with rows, checked and scaled, N > κ. Cost: some hundred evaluations of a quartic. Own derivation.
 */
export function twoTaskShares(problem: Problem): [number, number] {
  const [n0, n1] = problem.rows as readonly [number, number];
  const kappa = problem.features + 1;
  const slope = quartic(stationarity(problem));
  let low = Math.max(0, 1 - n0 / kappa);
  let high = Math.min(1, n1 / kappa);
  // R is at its best at the left end only if it is 0 there: a primary without noise.
  if (low === 0 && !(slope(low) < 0)) return [1, 0];
  if (slope(high) < 0) return [1 - high, high];
  for (let step = 0; step < 2000; step++) {
    const middle = low > 0 && high > 4 * low ? Math.sqrt(low) * Math.sqrt(high) : (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return [1 - high, high];
}

/** The five coefficients of M'q - M q', low to high. */
export function stationarity({ features, rows, noise, shifts }: Problem): number[] {
  const [n0, n1] = rows as readonly [number, number];
  const [s0, s1] = noise as readonly [number, number];
  const delta = shifts[1]![1]!;
  const kappa = features + 1;
  const own = (features * s0) / n0;
  const m = [own, -2 * own, own + (features * s1) / n1 + delta * (1 + kappa / n1), (-2 * kappa * delta) / n1];
  const q = [1 - kappa / n0, (2 * kappa) / n0, -kappa * (1 / n0 + 1 / n1)];
  return [
    m[1]! * q[0]! - m[0]! * q[1]!,
    2 * (m[2]! * q[0]! - m[0]! * q[2]!),
    3 * m[3]! * q[0]! + m[2]! * q[1]! - m[1]! * q[2]!,
    2 * m[3]! * q[1]!,
    m[3]! * q[2]!,
  ];
}

function quartic(coefficients: readonly number[]): (x: number) => number {
  return (x) => coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
