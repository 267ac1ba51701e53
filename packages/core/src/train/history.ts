import type { StepReport } from "./driver.ts";
import type { Evaluation } from "./evaluate.ts";

/** One epoch of a run. */
export interface EpochRecord {
  /** From 0. */
  readonly epoch: number;
  /** Steps taken since the start of training. */
  readonly step: number;
  /** Training loss a task: mean over the epoch's labelled samples; null without any. */
  readonly losses: Record<string, number | null>;
  /** Mean weight a task; of a rule that weighs layer by layer, the mean over the trunk's parameters. */
  readonly weights: Record<string, number>;
  /**
   * Mean cosine of a task's gradient with the primary's, over the steps that computed inner products; null without any. Gradients are the
   * trunk's, or the representation's where the method looks there.
   */
  readonly cosines: Record<string, number | null>;
  /** Steps that changed nothing, because something was not finite; they count nowhere else. */
  readonly skipped: number;
  /** Steps that left a task out because its loss was not finite. */
  readonly dropped: Record<string, number>;
  readonly validation: Evaluation;
}

/** Running sums of one task over an epoch. Plain JSON. */
interface Sums {
  loss: number;
  count: number;
  weight: number;
  cosine: number;
  cosines: number;
  dropped: number;
}

/** Sums of an epoch that is under way: they are in the checkpoint, so a continued epoch has the same record. */
export interface EpochSums {
  steps: number;
  skipped: number;
  readonly tasks: readonly Sums[];
}

export const emptySums = (tasks: number): EpochSums => ({
  steps: 0,
  skipped: 0,
  tasks: Array.from({ length: tasks }, () => ({
    loss: 0,
    count: 0,
    weight: 0,
    cosine: 0,
    cosines: 0,
    dropped: 0,
  })),
});

/** Adds one step to the sums, in place. */
export function addStep(sums: EpochSums, report: StepReport): void {
  const { losses, counts, weights, cosines, dropped, skipped } = report;
  if (skipped) {
    sums.skipped++;
    return;
  }
  sums.steps++;
  for (const k of dropped ?? []) sums.tasks[k]!.dropped++;
  sums.tasks.forEach((task, k) => {
    task.loss += losses[k]! * counts[k]!;
    task.count += counts[k]!;
    task.weight += weights[k]!;
    const cosine = cosines?.[k];
    if (cosine === undefined || cosine === null) return;
    task.cosine += cosine;
    task.cosines++;
  });
}

/** The record of a finished epoch. */
export function recordOf(
  sums: EpochSums,
  names: readonly string[],
  at: { epoch: number; step: number; validation: Evaluation },
): EpochRecord {
  const each = <T>(f: (task: Sums) => T): Record<string, T> =>
    Object.fromEntries(names.map((name, k) => [name, f(sums.tasks[k]!)]));
  return {
    epoch: at.epoch,
    step: at.step,
    losses: each(({ loss, count }) => (count > 0 ? loss / count : null)),
    weights: each(({ weight }) => weight / sums.steps),
    cosines: each(({ cosine, cosines }) => (cosines > 0 ? cosine / cosines : null)),
    skipped: sums.skipped,
    dropped: each(({ dropped }) => dropped),
    validation: at.validation,
  };
}
