import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { interquartileMean } from "./interquartile-mean.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Resampling {
  readonly level?: number;
  readonly resamples?: number;
  readonly seed?: number;
}

/**
 * Percentile interval of a statistic by stratified bootstrap: every stratum is resampled with replacement to its own size, independently
 * of the others, the statistic of all is taken, and the (1 - level)/2 and (1 + level)/2 quantiles of all resamples are the interval.
 *
 * A stratum is one benchmark, its values are runs (seeds). Two methods compared are two lists of strata, one after the other.
 * Deterministic: the same values in the same order give the same interval.
 * Agarwal et al., NeurIPS 2021, https://arxiv.org/abs/2108.13264, section 4.1; strata as in its rliable without task bootstrap.
 * Defaults: level 0.95 as there; 2,000 resamples are rliable's default for profiles (for aggregates it has 50,000); statistic: the
 * interquartile mean of all values together.
 *
 * @returns NaN bounds when there are fewer than two values. O(resamples * cost of the statistic).
 */
export function bootstrapInterval(
  strata: readonly (readonly number[])[],
  {
    statistic = (resampled) => interquartileMean(resampled.flat()),
    level = 0.95,
    resamples = 2000,
    seed = 0,
  }: { statistic?: (strata: readonly (readonly number[])[]) => number } & Resampling = {},
): Interval {
  if (strata.flat().length < 2) return { low: Number.NaN, high: Number.NaN };
  const random = xoroshiro128plus(seed);
  const resample = (values: readonly number[]) =>
    values.map(() => values[uniformInt(random, 0, values.length - 1)] as number);
  const drawn = Array.from({ length: resamples }, () => statistic(strata.map(resample))).sort(
    (a, b) => a - b,
  );
  return { low: quantile(drawn, (1 - level) / 2), high: quantile(drawn, (1 + level) / 2) };
}

/** Quantile of sorted values with linear interpolation between order statistics (numpy's default, Hyndman and Fan type 7). */
export function quantile(sorted: readonly number[], p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[below + 1] ?? low;
  return low + (high - low) * (position - below);
}
