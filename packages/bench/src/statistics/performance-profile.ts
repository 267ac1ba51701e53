import { bootstrapInterval, type Interval, type Resampling } from "./bootstrap.ts";
import { checkStrata } from "./check.ts";
import { mean } from "./interquartile-mean.ts";

/** `runs`: the share of runs (score distribution). `means`: the share of benchmarks by the mean score of their runs. */
export type ProfileOf = "runs" | "means";

/**
 * Share of scores above a threshold t. `runs`: (1 / M) sum over the M benchmarks of (1 / N_m) * #{x_mn > t}; `means`: (1 / M) *
 * #{mean of x_m > t}. Scores must be comparable between benchmarks, more being better.
 *
 * Agarwal et al., NeurIPS 2021, https://arxiv.org/abs/2108.13264, section 4.2: they advise `runs`, which shows how results vary and
 * is the less biased with few runs. Strictly above, as there and in rliable.
 *
 * @param strata one list a benchmark, one score a run. O(n).
 * @throws BenchError "bad-values" when a list is empty or a score is not finite.
 */
export function shareAbove(
  strata: readonly (readonly number[])[],
  threshold: number,
  of: ProfileOf = "runs",
): number {
  checkStrata(strata, "Performance profile");
  return share(strata, threshold, of);
}

function share(strata: readonly (readonly number[])[], threshold: number, of: ProfileOf): number {
  let sum = 0;
  for (const scores of strata) {
    if (of === "means") sum += mean(scores) > threshold ? 1 : 0;
    else {
      let above = 0;
      for (const score of scores) if (score > threshold) above++;
      sum += above / scores.length;
    }
  }
  return sum / strata.length;
}

export interface ProfilePoint extends Interval {
  readonly threshold: number;
  readonly share: number;
}

/**
 * Performance profile: `shareAbove` at every threshold, with pointwise intervals by stratified bootstrap (the same resamples at every
 * threshold). It falls from 1 to 0; where one method's curve lies above another's throughout, its scores are stochastically larger.
 * O(thresholds * resamples * n).
 *
 * @throws BenchError "bad-values" as `shareAbove`.
 */
export function performanceProfile(
  strata: readonly (readonly number[])[],
  thresholds: readonly number[],
  { of = "runs", ...resampling }: { of?: ProfileOf } & Resampling = {},
): ProfilePoint[] {
  checkStrata(strata, "Performance profile");
  return thresholds.map((threshold) => {
    const statistic = (resampled: readonly (readonly number[])[]) => share(resampled, threshold, of);
    return {
      threshold,
      share: statistic(strata),
      ...bootstrapInterval(strata, { statistic, ...resampling }),
    };
  });
}
