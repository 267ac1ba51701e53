import { pipeline, Readable } from "node:stream";
import { OutriggerError } from "@outrigger/core/error";
import { type CsvError, parse } from "csv-parse";
import { smilesColumn } from "./columns.ts";
import type { RowProblem } from "./dataset.ts";
import { textOf, unifiedLines } from "./text-stream.ts";

export interface StreamOptions {
  /** Name of the column with SMILES strings; default as in {@link ReadMoleculesOptions}. */
  readonly smiles?: string;
  /** Rows that are handed over together; default 1000. */
  readonly chunk?: number;
  /** Of a file without byte-order mark; default `utf-8`. */
  readonly encoding?: string;
  /** Hears the header before the first row, whether or not there is one. */
  readonly onHeader?: (header: readonly string[]) => void;
  /** Hears of rows with another number of cells than the header, which are left out. Without it the first such row is an error. */
  readonly onProblem?: (problem: RowProblem) => void;
}

/** One row of a file that is read in pieces. */
export interface StreamedRow {
  /** Line of the file on which the row ends, from 1. */
  readonly row: number;
  /** As it stands in the file, trimmed; nothing has looked at it yet. */
  readonly smiles: string;
  /** All cells, trimmed, by column; their order is that of the header, which `onHeader` hears. */
  readonly cells: Readonly<Record<string, string>>;
}

/** One row as csv-parse gives it. */
export interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/** A quote that nobody closes makes the rest of the file one cell; no row is as long as this (bytes). */
const LONGEST_ROW = 2 ** 20;

function malformed(name: string, error: CsvError, before: number): OutriggerError {
  const why =
    error.code === "CSV_MAX_RECORD_SIZE"
      ? `the row has more than ${LONGEST_ROW} bytes: is a quote left open?`
      : error.message;
  return new OutriggerError(
    "bad-file",
    `${name} is not a well-formed CSV table: in the row after line ${before}, ${why} Correct that row: a cell with quotes or commas is written in quotes, and quotes must be closed.`,
    { path: name, after: before, fault: error.code },
    error,
  );
}

function checkHeader(name: string, header: readonly string[]): void {
  const twice = header.find((column, k) => header.indexOf(column) !== k);
  if (twice === undefined) return;
  const said = `${name} has two columns named "${twice}". Rename one of them.`;
  throw new OutriggerError("bad-file", said, { path: name, column: twice });
}

/** The rows of a text, the header first; what the parser throws becomes an OutriggerError. */
export async function* records(name: string, text: AsyncIterable<string>): AsyncGenerator<ParsedRecord> {
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: "\n",
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: LONGEST_ROW,
  });
  // An error of either arrives where the parser is read, and leaving that loop early closes the file.
  pipeline(text, parser, () => undefined);
  let before = 0;
  try {
    for await (const found of parser as AsyncIterable<ParsedRecord>) {
      yield found;
      before = found.info.lines;
    }
  } catch (error) {
    if (error instanceof OutriggerError || !(error as CsvError).code) throw error;
    throw malformed(name, error as CsvError, before);
  }
}

/**
 * The rows of a CSV file (gzip or not) in chunks: a million rows need no more memory than two chunks of them. Quoted cells, a
 * byte-order mark, UTF-16 with such a mark, any line ends and blank lines are understood. SMILES strings are not parsed here.
 * Cost: some 10 microseconds a row of three cells.
 *
 * @throws OutriggerError while it is read: `missing-data` (no such file), `bad-file` (unreadable, empty, header only, in another
 * encoding, a quote left open, a column named twice), `bad-data` (no such column; a ragged row when nobody hears of problems),
 * `bad-option`.
 *
 * @example
 * for await (const rows of streamMolecules({ path: "library.csv.gz" }, { smiles: "smiles", onProblem: console.warn }))
 *   await write(await predictor.predict(rows.map(({ smiles }) => smiles)));
 */
export async function* streamMolecules(
  source: { readonly path: string } | { readonly text: string },
  options: StreamOptions = {},
): AsyncGenerator<StreamedRow[], void, undefined> {
  const { chunk = 1000, encoding = "utf-8" } = options;
  if (!Number.isInteger(chunk) || chunk < 1)
    throw new OutriggerError("bad-option", `chunk is ${chunk}; give a whole number from 1.`, { chunk });
  const name = "path" in source ? source.path : "the text given";
  const text = "path" in source ? textOf(source.path, encoding) : Readable.from([unifiedLines(source.text)]);

  let header: readonly string[] | null = null;
  let column = "";
  let rows: StreamedRow[] = [];
  let count = 0;
  let before = 1;
  for await (const { record, info } of records(name, text)) {
    if (header === null) {
      header = record;
      checkHeader(name, header);
      column = smilesColumn(name, header, options.smiles);
      options.onHeader?.(header);
      before = info.lines;
      continue;
    }
    count++;
    if (record.length === header.length) {
      const cells = Object.fromEntries(header.map((key, k) => [key, record[k]!]));
      rows.push({ row: info.lines, smiles: cells[column]!, cells });
    } else report(name, ragged(record, header, before, info.lines), options.onProblem);
    before = info.lines;
    if (rows.length < chunk) continue;
    yield rows;
    rows = [];
  }
  if (header === null || count === 0)
    throw new OutriggerError(
      "bad-file",
      header === null
        ? `${name} is empty. It needs a header row and at least one data row.`
        : `${name} has a header (${header.join(", ")}) but no rows. Add at least one data row.`,
      { path: name },
    );
  if (rows.length > 0) yield rows;
}

function ragged(
  record: readonly string[],
  header: readonly string[],
  before: number,
  row: number,
): RowProblem {
  const value = record.join(",");
  const long = record.some((cell) => cell.includes("\n"));
  const from = long ? ` It begins after line ${before}: is a quote left open there?` : "";
  return {
    row,
    column: header[Math.min(record.length, header.length) - 1]!,
    value: value.length <= 200 ? value : `${value.slice(0, 197)}…`,
    reason: `The row has ${record.length} cells, the header ${header.length}.${from}`,
  };
}

function report(name: string, problem: RowProblem, hear: StreamOptions["onProblem"]): void {
  if (hear) return hear(problem);
  throw new OutriggerError(
    "bad-data",
    `${name}, row ${problem.row}: ${problem.reason} Correct it, or have such rows reported and left out with onProblem.`,
    { ...problem },
  );
}
