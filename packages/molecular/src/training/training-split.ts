import { OutriggerError } from "@outrigger/core/error";
import type { MoleculeTable } from "../data/dataset.ts";
import { makeSplit } from "../data/make-split.ts";
import type { Split } from "../data/split.ts";
import { applySplit, readSplits } from "../data/split-file.ts";
import { type GivenSplit, splitByColumn } from "../data/split-lists.ts";
import type { FeaturizeOptions } from "../feature/featurize.ts";
import type { SplitChoice } from "./configuration.ts";

/** What a table was read from. */
export type TableSource = { readonly path: string } | { readonly text: string };

/** A split, and what is to be said of it. */
export interface TrainingSplit {
  readonly split: Split;
  readonly notes: readonly string[];
}

function givenNotes({ unassigned, absent }: GivenSplit): string[] {
  return [
    ...(unassigned.length > 0
      ? [`${unassigned.length} molecules are in no part of the split and are not used.`]
      : []),
    ...(absent.length > 0
      ? [`${absent.length} entries of the split are no molecule of the table, or one that was left out.`]
      : []),
  ];
}

/**
 * The split of a configuration.
 *
 * @param source what the table was read from: a column stands there, and a file of splits is compared with it
 * @throws OutriggerError `bad-option` for a column without a source, and as `makeSplit`, `readSplits`, `applySplit` and `splitByColumn`
 */
export async function trainingSplit(
  table: MoleculeTable,
  choice: SplitChoice,
  options: { readonly source?: TableSource; readonly features?: FeaturizeOptions } = {},
): Promise<TrainingSplit> {
  const { source, features } = options;
  if (choice.variant === "file") {
    const path = source !== undefined && "path" in source ? source.path : undefined;
    const record = readSplits(choice.path);
    const given = await applySplit(record, table, { fold: choice.fold, ...(path !== undefined && { path }) });
    return { split: given.split, notes: givenNotes(given) };
  }
  if (choice.variant === "column") {
    if (source === undefined)
      throw new OutriggerError(
        "bad-option",
        `The column "${choice.column}" is in the file that the table was read from; give it as source, or a split of your own.`,
      );
    const given = splitByColumn(table, source, choice.column);
    return { split: given.split, notes: givenNotes(given) };
  }
  return { split: await makeSplit(table, { ...features, ...choice }), notes: [] };
}
