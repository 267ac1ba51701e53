import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import type { LabelColumn } from "../data/labels.ts";

/** All that a language model is told of a dataset: statistics and the user's own words. */
export interface DatasetDescription {
  readonly target: string;
  readonly property?: string;
  readonly unit?: string;
  /** The user's own text. */
  readonly about?: string;
  readonly task: "regression" | "classification";
  readonly molecules: number;
  readonly labelled: number;
  readonly lowest: number;
  readonly highest: number;
  readonly mean: number;
  readonly standardDeviation: number;
  /** SMILES strings; empty unless the user allowed them to be sent. */
  readonly examples: readonly string[];
}

export interface DescribeDatasetOptions {
  readonly property?: string;
  readonly unit?: string;
  readonly about?: string;
  /** How many molecules may be sent to the language model, drawn by `seed`; `true` is 10. Default: none. */
  readonly sendMolecules?: boolean | number;
  readonly seed?: number;
  /** Molecules that may be looked at; default all. Give the training molecules where a test set follows. */
  readonly rows?: readonly number[];
}

/** Molecules that `sendMolecules: true` sends. */
export const EXAMPLES = 10;

const rounded = (value: number): number => Number(value.toPrecision(4));

/**
 * Describes a dataset by statistics of one label column, rounded to four digits. No molecule is in it unless `sendMolecules` says so.
 *
 * @throws OutriggerError `bad-option` for a target that the table has not, or a number of molecules that is none
 */
export function describeDataset(
  table: { readonly smiles: readonly string[]; readonly targets: Readonly<Record<string, LabelColumn>> },
  target: string,
  options: DescribeDatasetOptions = {},
): DatasetDescription {
  const { property, unit, about, sendMolecules = false, seed = 0 } = options;
  const column = table.targets[target];
  if (!column) {
    const said = `There is no target "${target}"; the targets are ${Object.keys(table.targets).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { target });
  }
  const most = typeof sendMolecules === "number" ? sendMolecules : sendMolecules ? EXAMPLES : 0;
  if (!Number.isInteger(most) || most < 0) {
    const said = `sendMolecules must be true, false or a whole number, not ${sendMolecules}.`;
    throw new OutriggerError("bad-option", said, { sendMolecules });
  }
  const rows = options.rows ?? table.smiles.map((_, i) => i);
  const labels = rows.filter((row) => column.present[row] === 1).map((row) => column.values[row]!);
  if (labels.length === 0)
    throw new OutriggerError("bad-data", `No molecule has a label in "${target}".`, { target });
  const mean = labels.reduce((a, b) => a + b, 0) / labels.length;
  const variance = labels.reduce((sum, label) => sum + (label - mean) ** 2, 0) / labels.length;
  const order = Random.seeded(seed, "select/examples").permutation(rows.length);
  return {
    target,
    ...(property === undefined ? {} : { property }),
    ...(unit === undefined ? {} : { unit }),
    ...(about === undefined ? {} : { about }),
    task: labels.every((label) => label === 0 || label === 1) ? "classification" : "regression",
    molecules: rows.length,
    labelled: labels.length,
    lowest: rounded(labels.reduce((a, b) => Math.min(a, b))),
    highest: rounded(labels.reduce((a, b) => Math.max(a, b))),
    mean: rounded(mean),
    standardDeviation: rounded(Math.sqrt(variance)),
    examples: order.slice(0, most).map((i) => table.smiles[rows[i]!]!),
  };
}
