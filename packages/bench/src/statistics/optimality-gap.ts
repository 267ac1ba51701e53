import { checkStrata } from "./check.ts";
import { mean } from "./interquartile-mean.ts";

/**
 * Optimality gap: by how much runs fall short of a wanted score, on average: target - mean of min(x, target) over all runs of all
 * benchmarks. Scores above the target do not make up for those below it. In the unit of the scores, which must be comparable
 * between benchmarks, more being better.
 *
 * Agarwal et al., Deep Reinforcement Learning at the Edge of the Statistical Precipice, NeurIPS 2021,
 * https://arxiv.org/abs/2108.13264, section 4.3; target 1 (a normalised score) as in their rliable.
 *
 * @param strata one list a benchmark, one score a run. O(n).
 * @throws BenchError "bad-values" when a list is empty or a score is not finite.
 */
export function optimalityGap(strata: readonly (readonly number[])[], target = 1): number {
  checkStrata(strata, "Optimality gap");
  return target - mean(strata.flat().map((score) => Math.min(score, target)));
}
