import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { readColumns } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import { type Rdkit, sharedRdkit } from "../molecule/rdkit.ts";
import type { MoleculeTable } from "./dataset.ts";
import type { Split } from "./split.ts";
import { PARTS, type Part } from "./split-summary.ts";

/** A split that someone else made, on the molecules of a table. */
export interface GivenSplit {
  readonly split: Split;
  /** Lines of the file whose molecules are in no part, and so in none of the three. */
  readonly unassigned: readonly number[];
  /** What the split names and the table does not have: rows that were left out, or unknown molecules. */
  readonly absent: readonly string[];
}

const NAMES: Readonly<Record<string, Part>> = {
  train: "train",
  training: "train",
  valid: "validation",
  validation: "validation",
  val: "validation",
  dev: "validation",
  test: "test",
};

type Assignment = readonly [molecule: number, part: Part];

/** The split of these assignments; a molecule may be named twice, but in one part. */
function assemble(
  table: MoleculeTable,
  assignments: readonly Assignment[],
  absent: readonly string[],
): GivenSplit {
  const parts = new Array<Part | undefined>(table.smiles.length);
  for (const [molecule, part] of assignments) {
    const before = parts[molecule];
    parts[molecule] = part;
    if (before === undefined || before === part) continue;
    throw new OutriggerError(
      "bad-data",
      `Row ${table.rows[molecule]} of ${table.name}, "${table.smiles[molecule]}", is in both ${before} and ${part}. A molecule belongs into one part; take it out of one.`,
      { row: table.rows[molecule], parts: [before, part] },
    );
  }
  if (assignments.length === 0)
    throw new OutriggerError(
      "bad-data",
      `The split names no molecule of ${table.name}. Was it made for another file?`,
      { absent: absent.slice(0, 20) },
    );
  const rows = (part: Part | undefined): number[] => [...parts.keys()].filter((i) => parts[i] === part);
  const [train, validation, test] = PARTS.map(rows) as [number[], number[], number[]];
  return {
    split: { train, validation, test },
    unassigned: rows(undefined).map((i) => table.rows[i]!),
    absent,
  };
}

/**
 * The split that a column of the table's file holds: train, validation (also val, valid, dev) or test in any case; a blank cell
 * leaves the molecule out.
 *
 * @param source what the table was read from
 * @throws OutriggerError `bad-data` for a column that does not exist, a cell that is no part (with its line), or a column without any.
 */
export function splitByColumn(
  table: MoleculeTable,
  source: { readonly path: string } | { readonly text: string },
  column: string,
): GivenSplit {
  const file = readColumns(source);
  const cells = file.column(column);
  const assignments = table.index.flatMap((index, molecule): Assignment[] => {
    const cell = cells[index]!;
    if (cell === "") return [];
    const name = cell.toLowerCase();
    if (Object.hasOwn(NAMES, name)) return [[molecule, NAMES[name]!]];
    throw new OutriggerError(
      "bad-data",
      `${file.name}, row ${file.lines[index]}, column "${column}": "${cell}" is no part of a split. Write train, validation or test, or leave the cell blank.`,
      { row: file.lines[index], column, value: cell },
    );
  });
  return assemble(table, assignments, []);
}

/**
 * Lines of a list, gzip or not; without blank ones and a heading `smiles` or `index`.
 *
 * @throws OutriggerError `missing-data`, `bad-file`.
 */
export function readList(path: string): string[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new OutriggerError(
      missing ? "missing-data" : "bad-file",
      missing
        ? `There is no file ${path}; check the path.`
        : `Could not read ${path}: ${(error as Error).message}. If it is a .gz file it may be cut off: fetch it again.`,
      { path },
      error,
    );
  }
  const lines = bytes
    .toString("utf8")
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/);
  const filled = lines.map((line) => line.trim()).filter((line) => line !== "");
  return /^(smiles|index)$/i.test(filled[0] ?? "") ? filled.slice(1) : filled;
}

const allIndices = (lists: readonly (readonly string[])[]): boolean =>
  lists.every((list) => list.every((entry) => /^\d+$/.test(entry)));

/** Molecules by data row. */
function byIndex(table: MoleculeTable): (entry: string) => readonly number[] {
  const at = new Map(table.index.map((index, molecule) => [index, molecule]));
  return (entry) => {
    const molecule = at.get(Number(entry));
    return molecule === undefined ? [] : [molecule];
  };
}

/** Molecules by the string in the file, or else by canonical SMILES; several rows may hold the same one. */
async function bySmiles(
  table: MoleculeTable,
  entries: readonly string[],
  rdkit: Rdkit,
): Promise<(entry: string) => readonly number[]> {
  const collect = (keys: readonly string[]): Map<string, number[]> => {
    const found = new Map<string, number[]>();
    for (const [molecule, key] of keys.entries()) found.set(key, [...(found.get(key) ?? []), molecule]);
    return found;
  };
  const [written, canonical] = [collect(table.smiles), collect(table.canonical)];
  const found = new Map<string, readonly number[]>();
  for (const entry of entries) {
    const same = written.get(entry);
    if (same) {
      found.set(entry, same);
      continue;
    }
    const form = await rdkit.withMolecule(entry, (molecule) => molecule.canonicalSmiles());
    found.set(entry, (form.ok && canonical.get(form.value)) || []);
  }
  return (entry) => found.get(entry)!;
}

/**
 * The split that three lists hold: data rows of the table's file, from 0 (OGB's `split/scaffold/*.csv.gz`), or SMILES strings, which
 * match as written or else in canonical form. Read them with {@link readList}.
 *
 * @throws OutriggerError `bad-data` when a molecule is in two parts, or the lists name none of the table.
 *
 * @example
 * const { split } = await splitByLists(table, { train: readList("train.csv.gz"), validation: readList("valid.csv.gz"), test: readList("test.csv.gz") });
 */
export async function splitByLists(
  table: MoleculeTable,
  lists: Readonly<Record<Part, readonly string[]>>,
  rdkit?: Rdkit,
): Promise<GivenSplit> {
  const given = PARTS.map((part) => lists[part]);
  const find = allIndices(given)
    ? byIndex(table)
    : await bySmiles(table, given.flat(), rdkit ?? (await sharedRdkit()));
  const entries = PARTS.flatMap((part) =>
    lists[part].map((entry) => ({ entry, part, molecules: find(entry) })),
  );
  const assignments = entries.flatMap(({ part, molecules }) =>
    molecules.map((molecule): Assignment => [molecule, part]),
  );
  const absent = entries.filter(({ molecules }) => molecules.length === 0).map(({ entry }) => entry);
  return assemble(table, assignments, absent);
}
