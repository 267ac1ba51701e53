import { type Matrix, squareNorm, times } from "./algebra.ts";
import { type ActiveSet, activeSet, leastSquare } from "./simplex-qp.ts";
import { shareAmongTwins } from "./twins.ts";

/** Where 0 lies on the border of the hull no factor is large enough. */
const largest = 1e6;

/**
 * CAGrad's dual problem: argmin over the simplex of xᵀGb + c ‖ḡ‖ √(xᵀGx), b_k = 1/n, ‖ḡ‖² = bᵀGb. Returns y = t·x, where t = c‖ḡ‖/√(xᵀGx)
 * is the factor with which the combination Σ_k x_k g_k enters the direction; at most 1e6.
 *
 * Where t is known the problem is a quadratic one, x(t) = argmin t/2 xᵀGx + xᵀGb, and t‖g_x(t)‖ grows with t: one number is
 * searched for which it is c‖ḡ‖. While the elements in use stay the same, x(t) = u + v/t with uᵀGv = 0, so t²‖g_x‖² = t² uᵀGu + vᵀGv and
 * the next t follows at once; a bracket guards it. Every quadratic problem starts from the answer to the one before. O(n⁴), most of it
 * for the first.
 */
export function conflictAverse(gram: Matrix, c: number): number[] {
  const equal = gram.map(() => 1 / gram.length);
  const linear = times(gram, equal);
  const radius = c * Math.sqrt(squareNorm(gram, equal));
  if (!(radius > 0)) return gram.map(() => 0);

  let [low, high] = [0, Infinity];
  let t = c;
  let found: ActiveSet | undefined;
  let settled = false;
  for (let round = 0; round < 100; round++) {
    const before: ActiveSet | undefined = found;
    found = activeSet(
      gram,
      linear.map((value) => value / t),
      before,
    );
    const square = squareNorm(gram, found.x);
    const reached = t * Math.sqrt(square);
    if (reached < radius) low = t;
    else high = t;
    if (settled && sameElements(found, before!)) break;
    if (Math.abs(reached - radius) <= 1e-15 * radius || (low >= largest && high === Infinity)) break;
    const least = leastSquare(gram, found);
    const next = Math.sqrt((radius ** 2 - t ** 2 * (square - least)) / least);
    settled = next > low && next < high && next <= largest;
    t = settled ? next : between(low, high);
    if (t === low || t === high) break;
  }
  const { x } = found!;
  const factor = high === Infinity ? t : radius / Math.sqrt(squareNorm(gram, x));
  return shareAmongTwins(
    gram,
    x.map((value) => factor * value),
    linear,
  );
}

function between(low: number, high: number): number {
  if (high === Infinity) return Math.min(largest, Math.max(8 * low, Number.MIN_VALUE));
  return low === 0 ? high / 8 : Math.sqrt(low * high);
}

const sameElements = ({ active: a }: ActiveSet, { active: b }: ActiveSet): boolean =>
  a.length === b.length && a.every((k) => b.includes(k));
