/**
 * Probability of improvement: the share of all pairs (a run of the method, a run of the baseline) in which the method is better,
 * a tie counting half: P = (1 / (n m)) * sum over i, j of [x_i better than y_j] (Mann and Whitney's U over n m).
 *
 * Agarwal et al., NeurIPS 2021, https://arxiv.org/abs/2108.13264, section 4.3. NaN when either list is empty. O(n m).
 */
export function probabilityOfImprovement(
  method: readonly number[],
  baseline: readonly number[],
  better: "lower" | "higher",
): number {
  const sign = better === "higher" ? 1 : -1;
  let wins = 0;
  for (const x of method) for (const y of baseline) wins += (Math.sign((x - y) * sign) + 1) / 2;
  return wins / (method.length * baseline.length);
}
