/**
 * Quantile of Student's t distribution: the t with P(T <= t) = p for `freedom` degrees of freedom.
 *
 * P(T <= t) = 1 - I_x(freedom/2, 1/2) / 2 for t >= 0, with x = freedom / (freedom + t^2) and I the regularised incomplete beta function;
 * solved for t by bisection to the last bit that changes.
 *
 * @throws RangeError for p outside (0, 1) or freedom not positive.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`p is ${p}; give a probability between 0 and 1.`);
  if (!(freedom > 0)) throw new RangeError(`freedom is ${freedom}; give a positive number.`);
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
  const tail = incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  return t >= 0 ? 1 - tail : tail;
}

/**
 * Regularised incomplete beta function I_x(a, b) by its continued fraction (NIST Digital Library of Mathematical Functions,
 * 8.17.22, https://dlmf.nist.gov/8.17#E22), evaluated with Lentz's algorithm; about 1e-14 relative.
 */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast only below the mean of the distribution.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return (front * fraction) / a;
}

/** log of the gamma function for x > 0: Stirling's series (https://dlmf.nist.gov/5.11#E1) after shifting x above 10. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= Math.log(z);
  const inverse = 1 / (z * z);
  const series =
    (1 / 12 -
      inverse *
        (1 / 360 -
          inverse * (1 / 1260 - inverse * (1 / 1680 - inverse * (1 / 1188 - (inverse * 691) / 360360))))) /
    z;
  return shift + (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series;
}
