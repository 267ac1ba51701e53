import { OutriggerError } from "../error.ts";

/**
 * Refuses sizes that are no positive whole number, with the layer's and the option's name.
 *
 * @throws OutriggerError `bad-option`
 */
export function checkSizes(layer: string, sizes: Readonly<Record<string, number>>): void {
  for (const [option, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size > 0) continue;
    throw new OutriggerError(
      "bad-option",
      `${layer}: ${option} is ${size}; give a whole number from 1 on.`,
      sizes,
    );
  }
}
