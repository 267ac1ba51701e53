import { OutriggerError } from "../../error.ts";
import type { View } from "../weighting.ts";

/**
 * The losses of a view.
 *
 * @throws OutriggerError `bad-data` if the view has none, `non-finite` if one is NaN or infinite.
 */
export function readLosses({ losses, step }: View, rule: string): readonly number[] {
  if (losses.length === 0) {
    throw new OutriggerError("bad-data", `${rule} needs the losses of step ${step} before it can be asked.`);
  }
  for (const [k, loss] of losses.entries()) {
    if (Number.isFinite(loss)) continue;
    throw new OutriggerError(
      "non-finite",
      `The loss of task ${k} is ${loss} at step ${step}; lower the learning rate or look for extreme values in inputs and labels.`,
      { step, task: k },
    );
  }
  return losses;
}

/** Losses for rules that take logarithms of them or divide by them: at least `floor`. */
export function positive(losses: readonly number[], floor = 1e-8): number[] {
  return losses.map((loss) => Math.max(loss, floor));
}
