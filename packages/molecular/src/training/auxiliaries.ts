import type { Column } from "@outrigger/core/data/column";
import { closest } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import {
  type DescriptorChoice,
  type DescriptorRows,
  descriptorColumns,
  selectDescriptors,
  varyingDescriptors,
} from "../auxiliary/descriptor-tasks.ts";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import type { Configuration } from "./configuration.ts";

const CHOICES: Readonly<Record<"auto" | "random" | "all", DescriptorChoice>> = {
  auto: "chosen",
  random: "random",
  all: "all",
};

/** Auxiliary labels of all molecules by task name, standardised on the training molecules, and what there is to say of the choice. */
export interface Auxiliaries {
  readonly columns: Readonly<Record<string, Column>>;
  readonly notes: readonly string[];
}

/**
 * The auxiliary tasks of a configuration.
 *
 * @throws OutriggerError `bad-option` for a name that cannot be computed.
 */
export function auxiliariesOf(
  { auxiliary, seed, targets }: Pick<Configuration, "auxiliary" | "seed" | "targets">,
  rows: DescriptorRows,
  train: readonly number[],
): Auxiliaries {
  if (auxiliary === "none") return { columns: {}, notes: [] };
  if (typeof auxiliary === "string") {
    const found = selectDescriptors(CHOICES[auxiliary], rows, train, seed);
    const names = found.filter((name) => !targets.includes(name));
    return { columns: descriptorColumns(rows, names, train), notes: [] };
  }
  for (const name of auxiliary) {
    if (DESCRIPTOR_NAMES.includes(name)) continue;
    const near = closest(name, DESCRIPTOR_NAMES);
    throw new OutriggerError(
      "bad-option",
      `There is no auxiliary "${name}".${near === undefined ? "" : ` Did you mean "${near}"?`} Give none, auto, random, all, or some of ${DESCRIPTOR_NAMES.join(", ")}.`,
      { name },
    );
  }
  const varying = varyingDescriptors(rows, train);
  const constant = auxiliary.filter((name) => !varying.includes(name));
  const names = auxiliary.filter((name) => varying.includes(name) && !targets.includes(name));
  return {
    columns: descriptorColumns(rows, names, train),
    notes: constant.map((name) => `Auxiliary ${name} is left out: it is the same in all training molecules.`),
  };
}
