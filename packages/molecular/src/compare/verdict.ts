import { studentBound } from "@outrigger/core/solve/student-t";

/** What paired results allow to say. */
export type Verdict = "helps" | "hurts" | "no difference shown" | "too few to tell";

/** The mean of paired differences with its interval. */
export interface PairedInterval {
  readonly pairs: number;
  readonly mean: number;
  /** NaN below two pairs. */
  readonly low: number;
  readonly high: number;
}

/**
 * Mean paired difference with its t interval: d_s = treated_s − control_s, mean(d) ∓ t·sd(d)/√n, with t such that P(|T| ≤ t) = level for
 * n − 1 degrees of freedom. Assumes that differences are roughly normal, which few pairs cannot check.
 *
 * @param treated and `control`, the same seeds in the same order
 */
export function pairedInterval(
  treated: readonly number[],
  control: readonly number[],
  level = 0.95,
): PairedInterval {
  const differences = treated.map((value, i) => value - control[i]!);
  const pairs = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / pairs;
  if (pairs < 2) return { pairs, mean, low: Number.NaN, high: Number.NaN };
  const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (pairs - 1));
  const half = (studentBound(level, pairs - 1) * sd) / Math.sqrt(pairs);
  return { pairs, mean, low: mean - half, high: mean + half };
}

/** Below this many pairs, or labelled test molecules, nothing is concluded. */
export const FEWEST = { pairs: 5, labels: 20 } as const;

/**
 * A difference in words. Too few to tell below 5 pairs or 20 labelled test molecules; no difference shown whenever the interval holds zero:
 * that is not the same as none.
 */
export function verdictOf(
  { pairs, mean, low, high }: PairedInterval,
  { better, labels }: { readonly better: "lower" | "higher"; readonly labels: number },
): Verdict {
  if (pairs < FEWEST.pairs || labels < FEWEST.labels) return "too few to tell";
  if (!(low > 0 || high < 0)) return "no difference shown";
  return mean < 0 === (better === "lower") ? "helps" : "hurts";
}
