import { logGamma } from "./log-gamma.ts";

/**
 * Upper regularised incomplete gamma function Q(a, x) = Γ(a, x) / Γ(a) for a > 0, x >= 0: below a + 1 one minus the power series
 * (NIST Digital Library of Mathematical Functions, 8.11.4, https://dlmf.nist.gov/8.11#E4), above it the continued fraction (8.9.2,
 * https://dlmf.nist.gov/8.9#E2) by Lentz's algorithm; about 1e-14 relative for the a up to some hundred that tests of ranks need.
 */
export function upperIncompleteGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  return x < a + 1 ? 1 - front * series(a, x) : front * fraction(a, x);
}

/** Sum over n >= 0 of x^n / (a (a + 1) … (a + n)). */
function series(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/** 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - …))). */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let d = 1 / b;
  let c = Number.POSITIVE_INFINITY;
  let value = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = n * (a - n);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const change = c * d;
    value *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return value;
}
