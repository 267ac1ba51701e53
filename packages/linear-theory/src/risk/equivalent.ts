import { infiniteRisk, type Problem, type Risk } from "../problem.ts";
import { quadratic, scaledProblem, scaledWeights, unscaled } from "./scale.ts";
import { tooFewRows } from "./single-task.ts";

/** A deterministic equivalent: the risk and what it is made of. */
export interface EquivalentRisk extends Risk {
  /** The part of `bias2` that comes from fitting a mixture: every task's misfit to the mixed coefficients acts as noise. The rest is the squared bias of the mixture. */
  readonly misfit: number;
  /** p_k, the share of each task in the mixed coefficients. Length T, sums to 1 (empty where the risk is infinite). */
  readonly shares: readonly number[];
}

/**
 * The risk of least squares on all tasks with weight a_k on the squared errors of task k, by a deterministic equivalent with a finite-size correction:
 *
 * Σ_k n_k a_k h / (1 + κ a_k h) = 1 for h, p_k = n_k a_k h / (1 + κ a_k h), κ = D + 1, w̄ = Σ p_k w_k,
 * R ≈ |w̄ - w_0|² + Σ_k (p_k² / n_k) [D s_k² + κ |w_k - w̄|²] / (1 - κ Σ_k p_k² / n_k), lengths in the metric Sigma.
 *
 * Exact for one task and for the variance of equal weights. Against the exact two-task risk on 1,500 random problems its median error was
 * 0.2 % at D = 1 and 0.04 % at D = 8 to 16, the largest 5.6 % and 2.6 %.
 * Infinite with a caution when the tasks of positive weight have N ≤ D + 1 rows.
 * @throws LinearTheoryError `bad-problem`, `bad-option` for the weights.
 * Cost: O(T²) and about 10 evaluations of the O(T) equation for h. Own derivation (leave-one-out expansion).
 */
export function equivalentRisk(problem: Problem, weights: readonly number[]): EquivalentRisk {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows } = unit;
  const scaled = scaledWeights(weights, rows.length);
  const used = rows.reduce((sum, n, k) => sum + (scaled[k]! > 0 ? n : 0), 0);
  if (used <= features + 1)
    return {
      ...infiniteRisk(tooFewRows("the pool of the weighted tasks", used, features)),
      misfit: 0,
      shares: [],
    };
  const shares = effectiveShares(rows, scaled, features);
  const { mixture, misfit, variance } = riskOfShares(unit, shares);
  return {
    ...unscaled(scale, mixture + misfit, variance, false),
    misfit: scale * misfit,
    shares,
  };
}

/** The parts of the equivalent at given shares p: |w̄ - w_0|², the misfit and the variance. */
export function riskOfShares(
  { features, rows, noise, shifts }: Problem,
  shares: readonly number[],
): { readonly mixture: number; readonly misfit: number; readonly variance: number } {
  const kappa = features + 1;
  const mixture = Math.max(0, quadratic(shifts, shares));
  let left = 1;
  let misfit = 0;
  let variance = 0;
  for (const [k, n] of rows.entries()) {
    const share = shares[k]!;
    if (share === 0) continue;
    const ratio = share * (share / n);
    const across = shifts[k]!.reduce((sum, value, j) => sum + value * shares[j]!, 0);
    left -= kappa * ratio;
    misfit += ratio * kappa * Math.max(0, shifts[k]![k]! - 2 * across + mixture);
    variance += ratio * features * noise[k]!;
  }
  return { mixture, misfit: misfit / left, variance: variance / left };
}

/**
 * p of the equivalent: solves Σ n_k / (1 / (a_k h) + κ) = 1 for log h by Newton's steps kept inside a bracket. The left side rises from 0 to
 * N / κ > 1, so the root is one.
 */
function effectiveShares(rows: readonly number[], weights: readonly number[], features: number): number[] {
  const kappa = features + 1;
  const logs = weights.map(Math.log);
  const at = (log: number) => rows.map((n, k) => n / (Math.exp(-logs[k]! - log) + kappa));
  let low = -Math.log(rows.reduce((sum, n, k) => sum + n * weights[k]!, 0));
  let high = low + 1;
  while (sum(at(high)) < 1) {
    low = high;
    high += 2 * (high - low) + 4;
  }
  let log = low;
  let shares = at(log);
  for (let step = 0; step < 100; step++) {
    const value = sum(shares) - 1;
    if (value === 0) break;
    if (value < 0) low = log;
    else high = log;
    const slope = shares.reduce(
      (total, p, k) => total + (rows[k]! > 0 ? p * (1 - kappa * (p / rows[k]!)) : 0),
      0,
    );
    const newton = log - value / slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const moved = Math.abs(next - log);
    log = next;
    shares = at(log);
    if (moved <= 1e-15 * (1 + Math.abs(log))) break;
  }
  const total = sum(shares);
  return shares.map((p) => p / total);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
