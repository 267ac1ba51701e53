import { OutriggerError } from "../error.ts";
import type { LearningRate } from "./optimizer.ts";

/**
 * Checks the options of an optimiser: numbers are not negative, and those in `below` are below 1.
 *
 * @throws OutriggerError `bad-option` naming the option.
 */
export function checkOptions(
  options: Record<string, number | LearningRate>,
  below: readonly string[] = [],
): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== "number") continue;
    const limit = below.includes(name) ? 1 : Infinity;
    if (value >= 0 && value < limit) continue;
    throw new OutriggerError("bad-option", `${name} must be in [0, ${limit}), not ${value}.`, {
      option: name,
      value,
    });
  }
}
