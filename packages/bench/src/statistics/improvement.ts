import { mean } from "./interquartile-mean.ts";

/**
 * Probability of improvement: the share of all pairs (a run of the method, a run of the baseline) in which the method is better, a tie
 * counting half, averaged over benchmarks: P = (1 / M) sum over m of (1 / (n_m k_m)) sum over i, j of [x_mi better than y_mj]
 * (Mann and Whitney's U over n k).
 *
 * Agarwal et al., NeurIPS 2021, https://arxiv.org/abs/2108.13264, section 4.3.
 *
 * @param method one list a benchmark, one value a run; `baseline` has the same benchmarks in the same order, each with any number of
 *   runs. NaN when a list is empty. O(n k).
 */
export function probabilityOfImprovement(
  method: readonly (readonly number[])[],
  baseline: readonly (readonly number[])[],
  better: "lower" | "higher",
): number {
  const sign = better === "higher" ? 1 : -1;
  const shares = method.map((xs, m) => {
    const ys = baseline[m] ?? [];
    let wins = 0;
    for (const x of xs) for (const y of ys) wins += (Math.sign((x - y) * sign) + 1) / 2;
    return wins / (xs.length * ys.length);
  });
  return mean(shares);
}
