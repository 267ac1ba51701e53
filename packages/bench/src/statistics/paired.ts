import type { Interval } from "./bootstrap.ts";
import { mean, standardDeviation } from "./interquartile-mean.ts";
import { studentQuantile, studentTails } from "./student-t.ts";

export interface PairedDifference extends Interval {
  /** Number of seeds that both have. */
  readonly pairs: number;
  /** Mean of (method - baseline), in the metric's own unit and sign. */
  readonly mean: number;
  /** Two-sided p of the paired t test; the interval at level 1 - p has zero at its end. */
  readonly p: number;
}

/** method_s - baseline_s of each seed s that both have, in the method's order. */
export const pairedDifferences = (
  method: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
): number[] =>
  [...method].flatMap(([seed, value]) => {
    const other = baseline.get(seed);
    return other === undefined ? [] : [value - other];
  });

/**
 * Mean paired difference with its t interval: d_s = method_s - baseline_s for each seed s that both have,
 * mean(d) -/+ t(1 - (1 - level)/2, n - 1) * sd(d) / sqrt(n), and p = 2 P(T > |mean(d)| sqrt(n) / sd(d)) with n - 1 degrees of freedom.
 *
 * Pairing by seed removes what both runs share: the split, the initial weights, the batch order. Assumes that the differences are
 * roughly normal, which few seeds cannot check.
 *
 * @returns NaN bounds and p below two pairs; p = 1 where all differences are zero, 0 where all are the same other number.
 */
export function pairedDifference(
  method: ReadonlyMap<number, number>,
  baseline: ReadonlyMap<number, number>,
  level = 0.95,
): PairedDifference {
  return tInterval(pairedDifferences(method, baseline), level);
}

/** The same of differences that are there: their mean, its t interval and the p of their mean being 0. */
export function tInterval(differences: readonly number[], level = 0.95): PairedDifference {
  const pairs = differences.length;
  const centre = mean(differences);
  if (pairs < 2) return { pairs, mean: centre, low: Number.NaN, high: Number.NaN, p: Number.NaN };
  const error = standardDeviation(differences) / Math.sqrt(pairs);
  const half = studentQuantile((1 + level) / 2, pairs - 1) * error;
  const p = centre === 0 ? 1 : studentTails(Math.abs(centre) / error, pairs - 1);
  return { pairs, mean: centre, low: centre - half, high: centre + half, p };
}

export type Verdict = "better" | "worse" | "no difference" | "too small to conclude" | "incomplete";

/** Below this many paired seeds nothing is concluded: the least that a table of tier `ci` promises. */
export const fewestPairs = 5;

/**
 * What a row may claim: "no difference" whenever the interval holds zero, "too small to conclude" in tier `smoke` and below five
 * pairs, "incomplete" while seeds are missing, for a run that diverged is not a run that may be left out.
 */
export function verdict(
  difference: PairedDifference,
  { better, expected, smoke }: { better: "lower" | "higher"; expected: number; smoke: boolean },
): Verdict {
  if (smoke || expected < fewestPairs) return "too small to conclude";
  if (difference.pairs < expected) return "incomplete";
  if (difference.low <= 0 && difference.high >= 0) return "no difference";
  return difference.mean < 0 === (better === "lower") ? "better" : "worse";
}
