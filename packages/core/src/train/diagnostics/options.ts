import { OutriggerError } from "../../error.ts";
import type { SingleTaskRun } from "./transfer.ts";

/**
 * What is recorded of a run besides losses and weights: see docs/diagnostics.md. Nothing of it changes a number of the run. Records go to
 * `diagnostics.jsonl` in the run's directory and to every callback.
 */
export interface DiagnosticsOptions {
  /**
   * Steps between two looks at norms, cosines and effective weights of the task gradients; Infinity: never. Default 50, ours: a look of T
   * backward passes then costs 2 to 6 % of a run of 2 to 8 tasks. Free on steps at which the rule computes the Gram matrix of these anyway.
   */
  readonly gradientsEvery?: number;
  /** Steps between two affinity matrices, of T + 2 forward and T backward passes each. Default Infinity: never. */
  readonly affinityEvery?: number;
  /** Runs of the primary alone, one a seed: warns when this one stays worse than they are. */
  readonly compareWith?: readonly SingleTaskRun[];
}

/** At which steps a run is looked at. */
export interface Watch {
  readonly gradientsEvery: number;
  readonly affinityEvery: number;
}

/** The steps of the options, or of no diagnostics at all. */
export const watchOf = (options: DiagnosticsOptions | undefined): Watch => ({
  gradientsEvery: options?.gradientsEvery ?? (options ? 50 : Number.POSITIVE_INFINITY),
  affinityEvery: options?.affinityEvery ?? Number.POSITIVE_INFINITY,
});

/** @throws OutriggerError "bad-option" for steps that are no positive whole number. */
export function checkDiagnostics(options: DiagnosticsOptions | undefined): void {
  for (const [name, steps] of Object.entries(watchOf(options))) {
    if (steps === Number.POSITIVE_INFINITY || (Number.isInteger(steps) && steps >= 1)) continue;
    const what = `diagnostics.${name} must be a positive whole number of steps, or Infinity for never, not ${steps}.`;
    throw new OutriggerError("bad-option", what, { [name]: steps });
  }
}

/** Whether a look is due before a step. */
export const isDue = (step: number, every: number): boolean => Number.isFinite(every) && step % every === 0;

/** Steps from this one on before which none is due; 0 when this one is. */
export const stepsUntilDue = (step: number, { gradientsEvery, affinityEvery }: Watch): number =>
  Math.min(
    ...[gradientsEvery, affinityEvery].map((every) => (isDue(step, every) ? 0 : every - (step % every))),
  );
