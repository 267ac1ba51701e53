import { LinearTheoryError } from "../error.ts";

/** A Kolmogorov–Smirnov test: the largest distance of two distribution functions, and how often chance alone gives as large a one. */
export interface Kolmogorov {
  readonly statistic: number;
  readonly pValue: number;
}

/**
 * Whether values come from a continuous distribution: D = sup |F_n(x) - F(x)|, p = Q(D (√n + 0.12 + 0.11/√n)).
 *
 * The correction makes Kolmogorov's limit good to 0.02 in p at n = 10 and to 0.01 from n = 20 on: Stephens, "Use of the Kolmogorov–Smirnov, Cramér–von Mises
 * and Related Statistics Without Extensive Tables", Journal of the Royal Statistical Society B, 1970.
 *
 * @param cdf F, fully specified: with parameters fitted to the same values p would be far too large.
 * @throws LinearTheoryError `bad-data` for no values or NaN.
 * Cost: n log n.
 */
export function kolmogorovTest(values: readonly number[], cdf: (x: number) => number): Kolmogorov {
  const n = values.length;
  if (n === 0 || values.some(Number.isNaN))
    throw new LinearTheoryError(
      "bad-data",
      "A Kolmogorov–Smirnov test needs at least one value, and no NaN.",
      {
        values: n,
      },
    );
  let statistic = 0;
  for (const [i, x] of Float64Array.from(values).sort().entries()) {
    const p = cdf(x);
    statistic = Math.max(statistic, (i + 1) / n - p, p - i / n);
  }
  return { statistic, pValue: stephens(statistic, n) };
}

/** Whether two samples come from one continuous distribution; p as in `kolmogorovTest` with n m / (n + m) for n. */
export function kolmogorovTwoSample(first: readonly number[], second: readonly number[]): Kolmogorov {
  const [a, b] = [Float64Array.from(first).sort(), Float64Array.from(second).sort()];
  let [i, j, statistic] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const x = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= x) i++;
    while (j < b.length && b[j]! <= x) j++;
    statistic = Math.max(statistic, Math.abs(i / a.length - j / b.length));
  }
  return { statistic, pValue: stephens(statistic, (a.length * b.length) / (a.length + b.length)) };
}

const stephens = (statistic: number, n: number): number =>
  kolmogorovTail(statistic * (Math.sqrt(n) + 0.12 + 0.11 / Math.sqrt(n)));

/**
 * Q(λ) = 2 Σ_k≥1 (-1)^(k-1) exp(-2 k² λ²), the upper tail of Kolmogorov's distribution; below λ = 1 by the series of the theta function's
 * other side, 1 - (√(2π)/λ) Σ_k exp(-(2k-1)² π² / (8 λ²)), which then converges faster.
 *
 * Kolmogorov, "Sulla determinazione empirica di una legge di distribuzione", Giornale dell'Istituto Italiano degli Attuari, 1933.
 */
export function kolmogorovTail(lambda: number): number {
  if (lambda <= 0) return 1;
  let sum = 0;
  if (lambda < 1) {
    for (let k = 1; k <= 9; k += 2) sum += Math.exp(-(k * k * Math.PI ** 2) / (8 * lambda * lambda));
    return 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum;
  }
  for (let k = 1; k <= 5; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * (k * lambda) ** 2);
  return sum;
}
