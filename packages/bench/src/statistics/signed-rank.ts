import { checkValues } from "./check.ts";
import { ranks, tieTerm } from "./ranks.ts";
import { normalTail } from "./tails.ts";

export interface SignedRank {
  /** Differences that are not zero; the test rests on these. */
  readonly pairs: number;
  readonly zeros: number;
  /** Sum of the ranks of the positive differences, 0 … n (n + 1) / 2. */
  readonly positive: number;
  /** Two-sided. */
  readonly p: number;
  readonly exact: boolean;
}

/** Below this many pairs the test is not made: with five the smallest p is 0.0625, and with Holm's adjustment more are needed. */
export const fewestRankedPairs = 10;

/** Up to here the exact distribution is used, as in scipy; its counts, at most 2^50, are exact in double precision. */
const exactUpTo = 50;

/**
 * Wilcoxon's signed-rank test of paired differences being symmetric around zero: the n differences that are not zero are ranked by
 * size, and W is the sum of the ranks of the positive ones.
 *
 * - Zeros are left out, as Wilcoxon did (not ranked, as in Pratt's variant), and counted in `zeros`; with nothing else left, p = 1.
 * - Equal sizes share the mean of their ranks.
 * - n <= 50: exact, p = min(1, 2 min(P(W <= w), P(W >= w))) over all 2^n signs of the ranks that are there, ties or not
 *   (scipy's "exact" ignores ties).
 * - n > 50: normal with continuity, z = (|w - n (n + 1) / 4| - 1/2) / s, s^2 = n (n + 1)(2 n + 1) / 24 - sum of (t^3 - t) / 48 over
 *   groups of t equal sizes.
 *
 * Wilcoxon, Individual Comparisons by Ranking Methods, Biometrics Bulletin 1945, https://doi.org/10.2307/3001968. With n = 5 the
 * smallest p is 0.0625, with n = 10 it is 0.00195. Cost: exact O(n^3), else O(n log n).
 *
 * @throws BenchError "bad-values" for an empty list or a value that is not finite.
 */
export function signedRank(differences: readonly number[]): SignedRank {
  checkValues(differences, "Wilcoxon's test");
  const counted = differences.filter((d) => d !== 0);
  const pairs = counted.length;
  const zeros = differences.length - pairs;
  const sizes = counted.map(Math.abs);
  const rank = ranks(sizes);
  const positive = counted.reduce((sum, d, i) => sum + (d > 0 ? (rank[i] ?? 0) : 0), 0);
  const exact = pairs <= exactUpTo;
  const p = exact ? exactP(rank, positive) : normalP(pairs, tieTerm(sizes), positive);
  return { pairs, zeros, positive, p, exact };
}

function exactP(rank: readonly number[], positive: number): number {
  // Mean ranks are halves, so doubled ones are whole and index a table of how many signs give each sum.
  const doubled = rank.map((r) => Math.round(2 * r));
  const total = doubled.reduce((sum, r) => sum + r, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  let reached = 0;
  for (const r of doubled) {
    reached += r;
    for (let sum = reached; sum >= r; sum--) ways[sum] = (ways[sum] ?? 0) + (ways[sum - r] ?? 0);
  }
  const share = (from: number, to: number) =>
    ways.subarray(from, to + 1).reduce((sum, count) => sum + count, 0) / 2 ** rank.length;
  const w = Math.round(2 * positive);
  return Math.min(1, 2 * Math.min(share(0, w), share(w, total)));
}

function normalP(n: number, ties: number, positive: number): number {
  const deviation = Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24 - ties / 48);
  const distance = Math.max(0, Math.abs(positive - (n * (n + 1)) / 4) - 0.5);
  return Math.min(1, 2 * normalTail(distance / deviation));
}
