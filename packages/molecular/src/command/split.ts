import { OutriggerError } from "@outrigger/core/error";
import { type MoleculeTable, readMolecules } from "../data/dataset.ts";
import { kFold, makeSplit } from "../data/make-split.ts";
import type { Split, SplitVariant } from "../data/split.ts";
import { type SplitOrigin, type SplitRecord, splitRecord, writeSplits } from "../data/split-file.ts";
import { type GivenSplit, readList, splitByColumn, splitByLists } from "../data/split-lists.ts";
import { PARTS, type SplitOverlap, splitOverlap } from "../data/split-summary.ts";
import { type FeaturizeOptions, murckoScaffolds } from "../feature/featurize.ts";
import { notesText, overlapText, partsText } from "./split-text.ts";

export interface SplitCommand extends FeaturizeOptions {
  readonly smiles?: string;
  /** Columns whose balance is told, and kept where `by` is `stratified`; default none. */
  readonly targets?: readonly string[];
  /** Default `scaffold`, which is OGB's order; for folds it is whole scaffolds in folds of equal size. */
  readonly by?: SplitVariant | "scaffold" | "stratified";
  readonly seed?: number;
  readonly fractions?: readonly [train: number, validation: number, test: number];
  readonly folds?: number;
  /** Take the split from a column of the file. */
  readonly column?: string;
  /** Take it from lists of data rows or SMILES strings. */
  readonly lists?: { readonly train: string; readonly validation: string; readonly test: string };
}

/** A split of a file, and what is to be said of it. */
export interface SplitResult {
  readonly record: SplitRecord;
  /** One list a split: scaffolds that parts share, and molecules. */
  readonly scaffolds: readonly (readonly SplitOverlap[])[];
  readonly copies: readonly (readonly SplitOverlap[])[];
  /** Only of a given split: lines in no part, and entries that are no molecule of the table. */
  readonly unassigned: readonly number[];
  readonly absent: readonly string[];
}

interface Made {
  readonly splits: readonly Split[];
  readonly origin: SplitOrigin;
  readonly given?: GivenSplit;
}

async function folded(table: MoleculeTable, command: SplitCommand, folds: number): Promise<Made> {
  const { by = "scaffold", seed = 0 } = command;
  if (by !== "scaffold" && by !== "stratified" && by !== "random")
    throw new OutriggerError(
      "bad-option",
      `There are no folds by "${by}"; choose scaffold, stratified or random, or leave out --folds.`,
      { by, folds },
    );
  const splits = await kFold(table, { ...command, folds, variant: by, seed });
  return { splits, origin: { variant: by, seed, folds } };
}

async function parted(table: MoleculeTable, command: SplitCommand): Promise<Made> {
  const { by = "scaffold", seed = 0, fractions = [0.8, 0.1, 0.1] } = command;
  const variant = by === "scaffold" ? "ogb" : by;
  const split = await makeSplit(table, { ...command, variant, seed, fractions });
  // The order by size reads no seed: recording one would say that another seed gives another split.
  const seeded = variant !== "ogb" && variant !== "deepchem";
  return { splits: [split], origin: { variant, fractions, ...(seeded && { seed }) } };
}

async function given(path: string, table: MoleculeTable, command: SplitCommand): Promise<Made | null> {
  const { column, lists, rdkit } = command;
  if (column !== undefined) {
    const found = splitByColumn(table, { path }, column);
    return { splits: [found.split], origin: { variant: `column "${column}"` }, given: found };
  }
  if (lists === undefined) return null;
  const [train, validation, test] = PARTS.map((part) => readList(lists[part])) as [
    string[],
    string[],
    string[],
  ];
  const found = await splitByLists(table, { train, validation, test }, rdkit);
  return { splits: [found.split], origin: { variant: "lists" }, given: found };
}

/**
 * Divides a file and says what came of it; nothing is written.
 *
 * @throws OutriggerError what {@link readMolecules}, {@link makeSplit}, {@link kFold} and {@link splitByLists} throw; `bad-option`
 * when a given split is asked for together with a rule.
 */
export async function splitFile(path: string, command: SplitCommand): Promise<SplitResult> {
  const { column, lists, by, folds } = command;
  if ([column, lists, by ?? folds].filter((way) => way !== undefined).length > 1)
    throw new OutriggerError(
      "bad-option",
      "A split is made by a rule, or taken from a column, or from lists; choose one of --by (with or without --folds), --column, and --train with --validation and --test.",
    );
  const table = await readMolecules(
    { path },
    {
      targets: command.targets ?? [],
      labels: "optional",
      ...(command.smiles !== undefined && { smiles: command.smiles }),
      ...(command.rdkit && { rdkit: command.rdkit }),
    },
  );
  const made =
    (await given(path, table, command)) ??
    (folds === undefined ? await parted(table, command) : await folded(table, command, folds));
  const scaffolds = await murckoScaffolds(table.smiles, command);
  return {
    record: await splitRecord(table, made.splits, made.origin, path),
    scaffolds: made.splits.map((split) => splitOverlap(split, scaffolds)),
    copies: made.splits.map((split) => splitOverlap(split, table.canonical)),
    unassigned: made.given?.unassigned ?? [],
    absent: made.given?.absent ?? [],
  };
}

/** How the split was made, as in `balanced, seed 0, 0.8/0.1/0.1`. */
const originText = ({ variant, folds, seed, fractions }: SplitOrigin): string =>
  [
    variant,
    ...(folds === undefined ? [] : [`${folds} folds`]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    ...(fractions === undefined ? [] : [fractions.join("/")]),
  ].join(", ");

/** For people: a table of the parts (of the test parts, for folds), what they share, and warnings. */
export function splitText({ record, scaffolds, copies, unassigned, absent }: SplitResult): string {
  const { molecules, leftOut, summaries, notes } = record;
  const folds = summaries.length > 1;
  const rows = folds
    ? summaries.map((parts, k) => ({ name: `fold ${k}`, part: parts[2]! }))
    : summaries[0]!.map((part) => ({ name: part.part, part }));
  const left = leftOut === 0 ? "" : ` (${leftOut} rows left out)`;
  return [
    `${molecules} molecules${left}, split: ${originText(record)}`,
    "",
    partsText(rows, molecules),
    "",
    ...(folds
      ? ["A row is the test part of a fold; the next fold is its validation part."]
      : overlapText(scaffolds[0]!, copies[0]!)),
    ...(unassigned.length === 0 ? [] : [`${unassigned.length} molecules are in no part.`]),
    ...(absent.length === 0 ? [] : [`${absent.length} entries of the split are no molecule of this table.`]),
    ...notes.flatMap((list, k) => notesText(list, folds ? `fold ${k}: ` : "")),
  ].join("\n");
}

/** {@link splitFile}, written to `out` where one is named. */
export async function splitCommand(path: string, command: SplitCommand, out?: string): Promise<SplitResult> {
  const result = await splitFile(path, command);
  if (out !== undefined) writeSplits(out, result.record);
  return result;
}
