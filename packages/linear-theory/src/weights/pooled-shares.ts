import { LinearTheoryError } from "../error.ts";
import type { Problem } from "../problem.ts";
import { simplexStep } from "./simplex-step.ts";
import { twoTaskShares } from "./two-task-shares.ts";

/**
 * The shares p ≥ 0, Σ p = 1, p_k < n_k / κ that minimise the equivalent risk of pooling (see `equivalentRisk`), κ = D + 1. With B = G p, m = p'B,
 * e_k = D s_k² + κ (G_kk - 2 B_k + m), u_k = p_k / n_k, r_k = p_k u_k, ρ = Σ r, q = 1 - κ ρ and T = Σ r_k e_k the risk is R = m + T / q, and
 *
 * ∇T = 2 u∘e + 2 κ (ρ B - G r), ∇R = 2 B + ∇T / q + 2 κ T u / q²,
 * ∇²T = diag(2 e / n) + 4 κ (u B' + B u' - diag(u) G - G diag(u)) + 2 κ ρ G,
 * ∇²R = 2 G + ∇²T / q + 2 κ (∇T u' + u ∇T') / q² + 2 κ T diag(1 / n) / q² + 8 κ² T u u' / q³.
 *
 * One auxiliary: the root of a quartic. More: Newton's method on the simplex from p = n / N (a quadratic programme a step, its positive parts alone where the Hessian is
 * not definite) with backtracking, until p·∇R - min ∇R ≤ 1e-12 R. That there is one minimum only is observed, not proved.
 *
 * @param problem Checked and scaled, every task with rows, N > κ.
 * @throws LinearTheoryError `not-converged` when it stops short of a gap of 1e-6 R.
 * Cost: about 10 steps of O(T³).
 */
export function pooledShares(problem: Problem): number[] {
  const { rows } = problem;
  if (rows.length === 1) return [1];
  if (rows.length === 2) return twoTaskShares(problem);
  const total = rows.reduce((sum, n) => sum + n, 0);
  let now = modelAt(
    problem,
    Float64Array.from(rows, (n) => n / total),
  );
  for (let step = 0; step < 200 && now.gap > 1e-12 * now.risk; step++) {
    const next = lineSearch(problem, now, newtonPoint(now));
    if (next === undefined) break;
    now = next;
  }
  if (now.gap <= 1e-6 * now.risk) return [...now.shares];
  throw new LinearTheoryError(
    "not-converged",
    "The optimal shares of pooling did not converge: noise, shifts or rows differ by more than double precision holds. Rescale labels or drop the extreme task.",
    { rows, gap: now.gap, risk: now.risk },
  );
}

type Model = ReturnType<typeof modelAt>;

/** Where the quadratic model is least: with the whole Hessian, or with its positive parts where it is not definite. */
function newtonPoint({ hessian, positive, slopes, shares }: Model): Float64Array {
  try {
    return simplexStep(hessian, slopes, shares);
  } catch (error) {
    if (!(error instanceof LinearTheoryError)) throw error;
    return simplexStep(positive, slopes, shares);
  }
}

/** The model at the first point on the way to the target that lowers the risk enough, or (near the end, where risks no longer differ) the gap. */
function lineSearch(problem: Problem, now: Model, target: Float64Array): Model | undefined {
  const kappa = problem.features + 1;
  for (let fraction = 1; fraction > 1e-10; fraction /= 2) {
    const shares = now.shares.map((p, k) => p + fraction * (target[k]! - p));
    if (!shares.every((p, k) => p * kappa < problem.rows[k]!)) continue;
    const expected = shares.reduce((sum, p, k) => sum + (p - now.shares[k]!) * now.slopes[k]!, 0);
    const then = modelAt(problem, shares);
    if (!(then.left > 0)) continue;
    const lower = then.risk < now.risk + 1e-4 * expected;
    const closer = then.gap < 0.5 * now.gap && then.risk <= now.risk * (1 + 1e-12);
    if (lower || closer) return then;
  }
  return undefined;
}

/** The risk, its gap to the conditions of Karush, Kuhn and Tucker, its gradient and its Hessian at shares p. */
function modelAt({ features, rows, noise, shifts }: Problem, shares: Float64Array) {
  const n = rows.length;
  const kappa = features + 1;
  const each = shares.map((p, k) => p / rows[k]!);
  const ratios = shares.map((p, k) => p * each[k]!);
  const across = Float64Array.from(shifts, (row) => dot(row, shares));
  const pulled = Float64Array.from(shifts, (row) => dot(row, ratios));
  const mixture = Math.max(0, dot(across, shares));
  const spread = noise.map(
    (s2, k) => features * s2 + kappa * Math.max(0, shifts[k]![k]! - 2 * across[k]! + mixture),
  );
  const sum = ratios.reduce((all, r) => all + r, 0);
  const left = 1 - kappa * sum;
  const numerator = dot(spread, ratios);
  const inner = each.map((u, k) => 2 * u * spread[k]! + 2 * kappa * (sum * across[k]! - pulled[k]!));
  const slopes = inner.map(
    (t, k) => 2 * across[k]! + t / left + (2 * kappa * each[k]! * (numerator / left)) / left,
  );
  const hessian = new Float64Array(n * n);
  const positive = new Float64Array(n * n);
  for (let j = 0; j < n; j++)
    for (let k = 0; k < n; k++) {
      const g = shifts[j]![k]!;
      const diagonal =
        j === k ? (2 * spread[k]!) / rows[k]! / left + (2 * kappa * (numerator / left)) / rows[k]! / left : 0;
      positive[j * n + k] = 2 * g + (2 * kappa * sum * g) / left + diagonal;
      hessian[j * n + k] =
        positive[j * n + k]! +
        (4 * kappa * (each[j]! * across[k]! + across[j]! * each[k]! - (each[j]! + each[k]!) * g)) / left +
        (2 * kappa * (inner[j]! * each[k]! + each[j]! * inner[k]!)) / left / left +
        (8 * kappa * kappa * each[j]! * each[k]! * (numerator / left)) / left / left;
    }
  const gap = dot(slopes, shares) - Math.min(...slopes);
  return { shares, risk: mixture + numerator / left, left, slopes, hessian, positive, gap };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
