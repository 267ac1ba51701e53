import { BenchError } from "../error.ts";
import { checkValues } from "./check.ts";
import { mean } from "./interquartile-mean.ts";

/** A metric of a task: the method's value, the baseline's, and which way is better. */
export interface TaskMetric {
  readonly task: string;
  readonly method: number;
  readonly baseline: number;
  readonly better: "lower" | "higher";
}

/**
 * Δm, the signed mean relative gain over the single-task baselines: (1 / T) sum over the T tasks of s_t (M_t - B_t) / |B_t|, with
 * s_t = 1 where more is better and -1 where less is. A share (0.05 is five per cent); positive is a gain.
 *
 * Maninis, Radosavovic, Kokkinos, Attentive Single-Tasking of Multiple Tasks, CVPR 2019, https://arxiv.org/abs/1904.08918, section 5.
 * Differences: they divide by B_t itself, which turns the sign round for a baseline below zero; Nash-MTL and FAMO print the opposite
 * sign in per cent, less being better. A task with several metrics counts once each in Nash-MTL's tables; that is the caller's choice.
 *
 * @throws BenchError "bad-values" for no task, a value that is not finite, or a baseline of zero, which has no relative gain.
 */
export function relativeGain(tasks: readonly TaskMetric[]): number {
  checkValues(
    tasks.flatMap(({ method, baseline }) => [method, baseline]),
    "Relative gain",
  );
  const none = tasks.find(({ baseline }) => baseline === 0);
  if (none) {
    throw new BenchError(
      "bad-values",
      `Relative gain: the baseline of "${none.task}" is 0, so nothing is relative to it; leave the task out or use another metric.`,
    );
  }
  return mean(
    tasks.map(
      ({ method, baseline, better }) =>
        ((better === "higher" ? 1 : -1) * (method - baseline)) / Math.abs(baseline),
    ),
  );
}
