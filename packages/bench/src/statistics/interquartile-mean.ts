/**
 * Interquartile mean: the mean of the middle half, after floor(n / 4) values are dropped at either end.
 *
 * The same as scipy.stats.trim_mean(values, 0.25), which rliable uses: whole values are dropped, never fractions of one, so with
 * 5 seeds the lowest and the highest go, and below 4 seeds it is the plain mean.
 * Agarwal et al., Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021, https://arxiv.org/abs/2108.13264
 *
 * @param values n numbers in any order; NaN for n = 0. O(n log n).
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/** Arithmetic mean; NaN for an empty list. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Unbiased standard deviation, sqrt(sum of (x - mean)^2 / (n - 1)); NaN below two values. */
export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values);
  return values.length < 2
    ? Number.NaN
    : Math.sqrt(mean(values.map((x) => (x - centre) ** 2)) * (values.length / (values.length - 1)));
}
