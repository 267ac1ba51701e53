import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { sha256Of } from "@outrigger/core/data/checksum";
import { OutriggerError } from "@outrigger/core/error";
import { replaceFile } from "@outrigger/core/train/disk";
import type { MoleculeTable } from "./dataset.ts";
import type { Split } from "./split.ts";
import { type GivenSplit, splitByLists } from "./split-lists.ts";
import { PARTS, type PartSummary, type SplitNote, splitNotes, summarizeSplit } from "./split-summary.ts";

const FORMAT = "outrigger-splits";
const VERSION = 1;

/** How splits were made. */
export interface SplitOrigin {
  /** Such as `ogb` or `column "Model"`. */
  readonly variant: string;
  readonly seed?: number;
  readonly fractions?: readonly [train: number, validation: number, test: number];
  readonly folds?: number;
}

/** What stands in a `splits.json`: how the splits were made, on which file, and what became of it. */
export interface SplitRecord extends SplitOrigin {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  /** The file that was divided; null for a text. */
  readonly file: { readonly name: string; readonly sha256: string } | null;
  /** Molecules of the table, and rows of the file that were left out of it. */
  readonly molecules: number;
  readonly leftOut: number;
  /** One a split: sizes and class balance of the parts. */
  readonly summaries: readonly (readonly PartSummary[])[];
  readonly notes: readonly (readonly SplitNote[])[];
  /** Data rows of the file, from 0, the header and blank lines not counted. */
  readonly splits: readonly Split[];
}

/** The record of splits of a table. `path` is the file that the table was read from. */
export async function splitRecord(
  table: MoleculeTable,
  splits: readonly Split[],
  origin: SplitOrigin,
  path?: string,
): Promise<SplitRecord> {
  const dataRows = (rows: readonly number[]): number[] => rows.map((row) => table.index[row]!);
  return {
    format: FORMAT,
    version: VERSION,
    ...origin,
    file: path === undefined ? null : { name: basename(path), sha256: await sha256Of(path) },
    molecules: table.smiles.length,
    leftOut: table.problems.length,
    summaries: splits.map((split) => summarizeSplit(split, table.targets)),
    notes: splits.map((split) => splitNotes(split, table.targets)),
    splits: splits.map(({ train, validation, test }) => ({
      train: dataRows(train),
      validation: dataRows(validation),
      test: dataRows(test),
    })),
  };
}

/**
 * Writes a record as one unit.
 *
 * @throws OutriggerError `disk`.
 */
export function writeSplits(path: string, record: SplitRecord): void {
  // Index lists on one line each: a diff then shows which part changed.
  const text = JSON.stringify(record, null, 1).replace(
    /\[\s+(\d[\d,\s]*)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/\s+/g, "")}]`,
  );
  replaceFile(path, [new TextEncoder().encode(`${text}\n`)]);
}

const isRows = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((row) => Number.isInteger(row) && (row as number) >= 0);

/** One split of a record, or of chemprop's list, which writes `val`. */
function toSplit(value: unknown): Split | null {
  if (typeof value !== "object" || value === null) return null;
  const { train, test, validation, val } = value as Record<string, unknown>;
  const middle = validation ?? val ?? [];
  return isRows(train) && isRows(middle) && isRows(test) ? { train, validation: middle, test } : null;
}

/**
 * Reads a `splits.json`: one that {@link writeSplits} wrote, or chemprop's list of `{ train, val, test }`.
 *
 * @throws OutriggerError `missing-data` (no such file), `bad-file` (no JSON, or not of these forms).
 */
export function readSplits(path: string): Pick<SplitRecord, "splits"> & Partial<SplitRecord> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new OutriggerError(
      missing ? "missing-data" : "bad-file",
      missing
        ? `There is no file ${path}; check the path, or make it with outrigger-molecular split.`
        : `${path} cannot be read as JSON: ${(error as Error).message}. Make it anew with outrigger-molecular split.`,
      { path },
      error,
    );
  }
  const wrong = (why: string): OutriggerError =>
    new OutriggerError("bad-file", `${path} ${why}. Make it anew with outrigger-molecular split.`, { path });
  const record = (Array.isArray(value) ? { splits: value } : value) as Partial<
    Record<string, unknown>
  > | null;
  if (record?.["version"] !== undefined && record["version"] !== VERSION)
    throw wrong(`is not of version ${VERSION}, which is the one that this package reads`);
  const list: unknown = record?.["splits"];
  if (!Array.isArray(list) || list.length === 0) throw wrong("holds no list of splits");
  const splits = list.map((entry: unknown, k) => {
    const split = toSplit(entry);
    if (split) return split;
    throw wrong(`holds as split ${k} something else than lists train, validation and test of data rows`);
  });
  return { ...record, splits };
}

/**
 * A split of a record on the molecules of a table, which may have fewer of them than the record (after cleaning).
 *
 * @param path the file that the table was read from: its checksum is compared with the record's
 * @throws OutriggerError `bad-option` for a split that the record does not have, `bad-data` for a record of another file or with a
 * molecule in two parts, `missing-data` when `path` does not exist.
 */
export async function applySplit(
  record: Pick<SplitRecord, "splits"> & Partial<SplitRecord>,
  table: MoleculeTable,
  { fold = 0, path }: { readonly fold?: number; readonly path?: string } = {},
): Promise<GivenSplit> {
  const split = record.splits[fold];
  if (split === undefined)
    throw new OutriggerError(
      "bad-option",
      `There is no fold ${fold}; the record has ${record.splits.length}, counted from 0.`,
      { fold, folds: record.splits.length },
    );
  if (path !== undefined && record.file && (await sha256Of(path)) !== record.file.sha256)
    throw new OutriggerError(
      "bad-data",
      `The split was made for ${record.file.name} with other contents than ${path} has now. Its rows may be other molecules; make the split anew.`,
      { path, expected: record.file.sha256 },
    );
  const [train, validation, test] = PARTS.map((part) => split[part].map(String)) as [
    string[],
    string[],
    string[],
  ];
  return splitByLists(table, { train, validation, test });
}
