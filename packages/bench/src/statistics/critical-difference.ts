import { BenchError } from "../error.ts";
import { checkValues } from "./check.ts";
import { rangeQuantile } from "./studentized-range.ts";

/** Below this many benchmarks no diagram is drawn: ranks over so few mean nothing. */
export const fewestBenchmarks = 5;

/**
 * Nemenyi's critical difference: two of k methods differ at `level` over N benchmarks if their mean ranks are further apart than
 * CD = q / sqrt(2) * sqrt(k (k + 1) / (6 N)), q the quantile of the studentised range of k values with infinite degrees of freedom.
 *
 * Nemenyi 1963; Demšar, Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 2006,
 * https://www.jmlr.org/papers/v7/demsar06a.html, section 3.2.2. It depends on which methods are in the pool, and means little where
 * Friedman's test finds no difference.
 *
 * @throws BenchError "bad-values" for fewer than two methods, no benchmark, or a level outside (0, 1).
 */
export function criticalDifference(methods: number, benchmarks: number, level = 0.95): number {
  if (!Number.isInteger(benchmarks) || benchmarks < 1) {
    throw new BenchError(
      "bad-values",
      `Critical difference: there are ${benchmarks} benchmarks; give one or more.`,
    );
  }
  return (
    (rangeQuantile(level, methods) / Math.SQRT2) * Math.sqrt((methods * (methods + 1)) / (6 * benchmarks))
  );
}

/**
 * The bars of a critical-difference diagram: every largest set of two or more methods, next to each other by mean rank, whose best and
 * worst mean ranks are at most `difference` apart. Indices into `meanRanks`, the best rank first. O(k log k).
 *
 * @throws BenchError "bad-values" for an empty list or a rank that is not finite.
 */
export function indistinguishable(meanRanks: readonly number[], difference: number): number[][] {
  checkValues(meanRanks, "Critical-difference diagram");
  const rankOf = (index: number | undefined) => meanRanks[index ?? 0] ?? 0;
  const order = meanRanks.map((_, index) => index).sort((a, b) => rankOf(a) - rankOf(b));
  const groups: number[][] = [];
  let covered = 0;
  for (let from = 0, to = 0; from < order.length; from++) {
    while (to < order.length && rankOf(order[to]) - rankOf(order[from]) <= difference) to++;
    // A bar that ends where an earlier one ended lies inside that one.
    if (to > covered && to - from > 1) groups.push(order.slice(from, to));
    covered = Math.max(covered, to);
  }
  return groups;
}
