import { BenchError } from "../error.ts";
import { incompleteBeta } from "./incomplete-beta.ts";

/**
 * Quantile of Student's t distribution: the t with P(T <= t) = p for `freedom` degrees of freedom.
 *
 * P(T <= t) = 1 - I_x(freedom/2, 1/2) / 2 for t >= 0, with x = freedom / (freedom + t^2) and I the regularised incomplete beta function;
 * solved for t by bisection to the last bit that changes.
 *
 * @throws BenchError "bad-values" for p outside (0, 1) or freedom not positive.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new BenchError("bad-values", `p is ${p}; give a probability between 0 and 1.`);
  if (!(freedom > 0)) throw new BenchError("bad-values", `freedom is ${freedom}; give a positive number.`);
  if (p < 0.5) return -studentQuantile(1 - p, freedom);
  let low = 0;
  let high = 1;
  while (studentCumulative(high, freedom) < p) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (studentCumulative(middle, freedom) < p) low = middle;
    else high = middle;
  }
}

/** P(T <= t) of Student's t distribution with `freedom` degrees of freedom. */
export function studentCumulative(t: number, freedom: number): number {
  const tail = studentTails(t, freedom) / 2;
  return t >= 0 ? 1 - tail : tail;
}

/** P(|T| > |t|) of Student's t distribution: both tails, with relative accuracy far out. */
export const studentTails = (t: number, freedom: number): number =>
  incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
