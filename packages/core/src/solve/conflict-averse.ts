import { type Matrix, squareNorm, times } from "./algebra.ts";
import { simplexQp } from "./simplex-qp.ts";

/**
 * CAGrad's dual problem: argmin over the simplex of xᵀGb + c ‖ḡ‖ √(xᵀGx), b_k = 1/n, ‖ḡ‖² = bᵀGb. Returns y = t·x, where t = c‖ḡ‖/√(xᵀGx)
 * is the factor with which the combination Σ_k x_k g_k enters the direction.
 *
 * Where t is known the problem is a quadratic one, x(t) = argmin t/2 xᵀGx + xᵀGb, and t‖g_x(t)‖ grows with t: one number is
 * searched for which it is c‖ḡ‖, by false position. Where no t is large enough (0 lies on the border of the hull) t stops at 1e6.
 */
export function conflictAverse(gram: Matrix, c: number): number[] {
  const equal = gram.map(() => 1 / gram.length);
  const linear = times(gram, equal);
  const radius = c * Math.sqrt(squareNorm(gram, equal));
  if (!(radius > 0)) return gram.map(() => 0);
  const at = (t: number) => {
    const x = simplexQp(
      gram,
      linear.map((value) => value / t),
    );
    return { t, x, excess: t * Math.sqrt(squareNorm(gram, x)) - radius };
  };
  let low = at(1e-6 * c);
  let high = low;
  for (let t = c; high.excess < 0 && t <= 1e6; t *= 8) {
    low = high;
    high = at(t);
  }
  if (low.excess >= 0 || high.excess < 0) return high.x.map((value) => high.t * value);
  let best = high;
  let [left, right] = [low.excess, high.excess];
  for (let round = 0; round < 100 && high.t - low.t > 1e-15 * high.t; round++) {
    const guess = low.t + ((high.t - low.t) * left) / (left - right);
    best = at(Math.min(high.t, Math.max(low.t, guess)));
    if (Math.abs(best.excess) <= 1e-15 * radius) break;
    // The Illinois rule: an end that stays twice counts half, so that both ends move.
    if (best.excess < 0) {
      if (best.t === low.t) break;
      [low, left, right] = [best, best.excess, right / 2];
    } else {
      if (best.t === high.t) break;
      [high, right, left] = [best, best.excess, left / 2];
    }
  }
  return best.x.map((value) => best.t * value);
}
