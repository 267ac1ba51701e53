import { OutriggerError } from "../error.ts";
import type { Seen } from "./learner.ts";

const cure = "Lower the learning rate, set maxGradientNorm, or look for extreme values in inputs and labels.";

/** A loss, weight or gradient that is NaN or infinite; `method`: which one gave it, `updated`: after the step's update. */
export const notFinite = (
  what: string,
  details: { step: number; task?: string; method?: string; updated?: true },
): OutriggerError => new OutriggerError("non-finite", `${what} at step ${details.step}. ${cure}`, details);

/**
 * Latest known loss of every task, 1 before the first. A task without a label in the batch shows the rule this loss: a 0 would read as
 * "solved".
 */
export class KnownLosses {
  readonly #names: readonly string[];
  #values: readonly number[];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#values = names.map(() => 1);
  }

  /** The caller's own. */
  get values(): number[] {
    return [...this.#values];
  }

  set values(values: readonly number[]) {
    this.#values = [...values];
  }

  /**
   * Takes over the losses of the tasks that have labels; `updated`: of after the step's update.
   *
   * @throws OutriggerError "non-finite" for a loss that is not finite; nothing is taken over then
   */
  learn({ losses, counts }: Seen, step: number, updated?: true): void {
    const broken = losses.findIndex((loss) => !Number.isFinite(loss));
    if (broken >= 0) {
      const name = this.#names[broken]!;
      const details = { task: name, step, ...(updated && { updated }) };
      throw notFinite(`The loss of task "${name}" is ${losses[broken]}`, details);
    }
    this.#values = this.#values.map((known, k) => (counts[k]! > 0 ? losses[k]! : known));
  }
}
