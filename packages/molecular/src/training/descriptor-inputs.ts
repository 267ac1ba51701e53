import { type Column, column, type Scaler, scalerOf } from "@outrigger/core/data/column";
import { closest } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import { type DescriptorRows, varyingDescriptors } from "../auxiliary/descriptor-tasks.ts";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import type { Configuration } from "./configuration.ts";

/** A descriptor that a model reads, and how it is scaled. */
export interface DescriptorInput extends Scaler {
  readonly name: string;
}

/** Standard deviations at which an input is cut off: a molecule far outside of the training data must not rule its prediction by one descriptor. */
const CLIP = 10;

/** @throws OutriggerError `bad-option` for a name that is no descriptor. */
function checkName(name: string): void {
  if (DESCRIPTOR_NAMES.includes(name)) return;
  const near = closest(name, DESCRIPTOR_NAMES);
  const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
  throw new OutriggerError(
    "bad-option",
    `There is no descriptor "${name}".${hint} There are: ${DESCRIPTOR_NAMES.join(", ")}.`,
    { name },
  );
}

/**
 * Which descriptors a configuration reads, with mean and standard deviation of the training molecules. A named one that does not vary there is
 * left out: it tells molecules apart nowhere.
 *
 * @throws OutriggerError `bad-option` for a name that is no descriptor.
 */
export function descriptorInputs(
  inputs: Configuration["inputs"],
  rows: DescriptorRows,
  train: readonly number[],
): DescriptorInput[] {
  if (inputs === "none") return [];
  if (typeof inputs !== "string") inputs.forEach(checkName);
  const names = varyingDescriptors(rows, train).filter(
    (name) => inputs === "descriptors" || inputs.includes(name),
  );
  return names.map((name) => {
    const at = DESCRIPTOR_NAMES.indexOf(name);
    const values: Column = column(
      name,
      rows.map((row) => row[at]!),
    );
    return { name, ...scalerOf(values, train) };
  });
}

/** The inputs of one molecule: (value − mean) / sd, cut off at ±10. */
export function scaledInputs(inputs: readonly DescriptorInput[], row: ArrayLike<number>): Float32Array {
  return Float32Array.from(inputs, ({ name, mean, sd }) => {
    const value = (row[DESCRIPTOR_NAMES.indexOf(name)]! - mean) / sd;
    return Math.min(CLIP, Math.max(-CLIP, value));
  });
}
