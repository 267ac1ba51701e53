import { BenchError } from "../error.ts";
import { checkStrata } from "./check.ts";
import { mean } from "./interquartile-mean.ts";
import { ranks, tieTerm } from "./ranks.ts";
import { chiSquaredTail, fisherTail } from "./tails.ts";

export interface Friedman {
  /** Mean rank of each method over the benchmarks; 1 is best. */
  readonly meanRanks: readonly number[];
  readonly chiSquared: number;
  /** P of the chi-squared approximation with k - 1 degrees of freedom. */
  readonly p: number;
  /** Iman and Davenport's statistic and its p with k - 1 and (k - 1)(N - 1) degrees of freedom; less conservative, preferred by Demšar. */
  readonly f: number;
  readonly pF: number;
}

/**
 * Friedman's test of k methods over N benchmarks ranking alike: on each benchmark the methods are ranked (1 the best, equal ones share
 * their mean rank), R_j is the mean rank of method j, and
 *
 * chi^2 = 12 N / (k (k + 1)) * (sum over j of R_j^2 - k (k + 1)^2 / 4) / (1 - T / (N (k^3 - k))), T the sum of t^3 - t over groups of t
 * equal scores within a benchmark; F = (N - 1) chi^2 / (N (k - 1) - chi^2).
 *
 * Friedman, JASA 1937, https://doi.org/10.1080/01621459.1937.10503522; Iman and Davenport 1980; Demšar, Statistical Comparisons of
 * Classifiers over Multiple Data Sets, JMLR 2006, https://www.jmlr.org/papers/v7/demsar06a.html, section 3.2. The tie correction is
 * that of scipy.stats.friedmanchisquare.
 *
 * @param scores one list a benchmark, one score a method, the methods in the same order. O(N k log k).
 * @returns chi^2 = 0 and p = 1 when all scores of every benchmark are equal; f = Infinity when all benchmarks rank alike.
 * @throws BenchError "bad-values" for fewer than two benchmarks or methods, lists of different lengths, or scores that are not finite.
 */
export function friedman(scores: readonly (readonly number[])[], better: "lower" | "higher"): Friedman {
  checkStrata(scores, "Friedman's test");
  const n = scores.length;
  const k = scores[0]?.length ?? 0;
  if (n < 2 || k < 2 || scores.some((list) => list.length !== k)) {
    const sizes = scores.map((list) => list.length).join(", ");
    throw new BenchError(
      "bad-values",
      `Friedman's test: ${n} benchmarks with ${sizes} methods; give two or more benchmarks, each with a score of the same two or more methods.`,
    );
  }
  const sign = better === "lower" ? 1 : -1;
  const ranked = scores.map((list) => ranks(list.map((score) => sign * score)));
  const meanRanks = Array.from({ length: k }, (_, j) => mean(ranked.map((list) => list[j] ?? 0)));
  const ties = 1 - scores.reduce((sum, list) => sum + tieTerm(list), 0) / (n * (k ** 3 - k));
  if (ties <= 0) return { meanRanks, chiSquared: 0, p: 1, f: 0, pF: 1 };
  const spread = meanRanks.reduce((sum, rank) => sum + rank * rank, 0) - (k * (k + 1) ** 2) / 4;
  const most = n * (k - 1);
  const chiSquared = Math.min(most, Math.max(0, ((12 * n) / (k * (k + 1))) * (spread / ties)));
  // Rounding must not leave a huge finite F where all rank alike.
  const f =
    most - chiSquared <= most * 1e-12
      ? Number.POSITIVE_INFINITY
      : ((n - 1) * chiSquared) / (most - chiSquared);
  return {
    meanRanks,
    chiSquared,
    p: chiSquaredTail(chiSquared, k - 1),
    f,
    pF: fisherTail(f, k - 1, (k - 1) * (n - 1)),
  };
}
