import { percent, short, textTable } from "@outrigger/core/command/text-table";
import { readMolecules } from "../data/dataset.ts";
import { describeMolecules, type TableDescription } from "../data/describe.ts";
import { applySplit, readSplits } from "../data/split-file.ts";
import { splitByColumn } from "../data/split-lists.ts";
import type { FeaturizeOptions } from "../feature/featurize.ts";
import { notesText, overlapText, partsText } from "./split-text.ts";

export interface DescribeCommand extends FeaturizeOptions {
  readonly smiles?: string;
  /** Default: every column of numbers. */
  readonly targets?: readonly string[];
  /** A splits.json. */
  readonly splits?: string;
  /** Which split of it; default the first. */
  readonly fold?: number;
  /** Or a column that holds the split. */
  readonly column?: string;
}

/**
 * Describes a file.
 *
 * @throws OutriggerError what `readMolecules`, `readSplits`, `applySplit` and `splitByColumn` throw.
 */
export async function describeFile(path: string, command: DescribeCommand = {}): Promise<TableDescription> {
  const { smiles, targets, splits, fold, column, ...featurizing } = command;
  const table = await readMolecules(
    { path },
    {
      labels: "optional",
      ...(smiles !== undefined && { smiles }),
      ...(targets && { targets }),
      ...(featurizing.rdkit && { rdkit: featurizing.rdkit }),
    },
  );
  const given =
    splits !== undefined
      ? await applySplit(readSplits(splits), table, { path, ...(fold !== undefined && { fold }) })
      : column !== undefined && splitByColumn(table, { path }, column);
  return describeMolecules(table, { ...featurizing, ...(given && { split: given.split }) });
}

/** Examples of each kind that are printed, and targets. */
const SHOWN = 5;
const TARGETS = 30;

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** The first few entries, indented, and how many there are besides. */
function examples<T>(all: readonly T[], line: (entry: T) => string): string[] {
  const lines = all.slice(0, SHOWN).map((entry) => `  ${line(entry)}`);
  return all.length > SHOWN ? [...lines, `  and ${all.length - SHOWN} more`] : lines;
}

function rowsText({ rows, molecules, problems }: TableDescription): string[] {
  return [
    `${counted(rows, "row")}: ${counted(molecules, "molecule")}, ${problems.length} left out`,
    ...examples(problems, ({ row, value, reason }) => `line ${row}, "${value}": ${reason}`),
  ];
}

function saltsText(description: TableDescription): string[] {
  return [
    `${counted(description.salts.length, "molecule")} of several fragments (salts, mixtures)`,
    ...examples(
      description.salts,
      ({ row, kept, tied }) => `line ${row}: largest fragment ${kept}${tied ? ", another is as large" : ""}`,
    ),
  ];
}

function duplicatesText({ molecules, distinct, duplicates, conflicts, spread }: TableDescription): string[] {
  return [
    `${counted(molecules - distinct, "row")} too many of one molecule, ${counted(duplicates.length, "molecule")} concerned`,
    ...examples(duplicates, ({ smiles, rows }) => `lines ${rows.join(", ")}: ${smiles}`),
    `${counted(conflicts.length, "conflict")} between labels of one molecule`,
    ...examples(
      conflicts,
      ({ target, rows, labels }) => `lines ${rows.join(", ")}: "${target}" is ${labels.join(", ")}`,
    ),
    ...spread
      .filter(({ different }) => different > 0)
      .map(
        ({ target, repeated, sd, largest }) =>
          `Repeated labels of "${target}" (${counted(repeated, "molecule")}): standard deviation ${short(sd)}, largest difference ${short(largest)}`,
      ),
  ];
}

function targetsText({ targets, molecules }: TableDescription): string[] {
  const entries = Object.entries(targets);
  if (entries.length === 0) return ["No column of numbers."];
  const rows = entries
    .slice(0, TARGETS)
    .map(([name, summary]) => [
      name,
      String(summary.labels),
      percent(summary.missing / molecules),
      summary.kind === "classification"
        ? `${summary.positive} ones (${percent(summary.positive / Math.max(1, summary.labels))})`
        : `${short(summary.mean)} ± ${short(summary.sd)}, ${short(summary.least)} to ${short(summary.greatest)}`,
    ]);
  const more = entries.length - rows.length;
  const table = textTable(["target", "labels", "missing", "values"], rows);
  return more > 0 ? [table, `and ${more} more columns of numbers`] : [table];
}

function structureText({ scaffolds, heavyAtoms, molecules }: TableDescription): string[] {
  const { count, singletons, acyclic, largest } = scaffolds;
  const { least, percent5, median, percent95, greatest } = heavyAtoms;
  return [
    `${counted(count, "scaffold")}, ${singletons} of them with one molecule; ${counted(acyclic, "molecule")} without rings`,
    ...(largest
      ? [
          `  most frequent: ${largest.smiles}, ${counted(largest.molecules, "molecule")} (${percent(largest.molecules / molecules)})`,
        ]
      : []),
    `Heavy atoms: ${least} to ${greatest}, median ${median}, 90 % of the molecules between ${percent5} and ${percent95}`,
  ];
}

/** For people; the JSON form has everything that is cut short here. */
export function descriptionText(description: TableDescription): string {
  const { split, molecules } = description;
  const sections = [
    rowsText(description),
    saltsText(description),
    duplicatesText(description),
    targetsText(description),
    structureText(description),
    ...(split
      ? [
          [
            partsText(
              split.parts.map((part) => ({ name: part.part, part })),
              molecules,
            ),
            ...overlapText(split.scaffolds, split.copies),
            ...notesText(split.notes),
          ],
        ]
      : []),
  ];
  return [description.name, ...sections.map((lines) => lines.join("\n"))].join("\n\n");
}
