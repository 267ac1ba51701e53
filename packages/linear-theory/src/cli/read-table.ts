import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { LinearTheoryError } from "../error.ts";

/** A CSV file as it stands. */
export interface Table {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The line of the file, from 1, on which each row ends. */
  readonly lines: readonly number[];
}

/**
 * Reads a comma-separated file with a header. Quoted cells, a byte-order mark, blank lines and any line ends are understood; cells are trimmed.
 *
 * @throws LinearTheoryError `bad-file`, naming the file and the line, when it is missing, empty, has no rows, bytes that are not UTF-8, an open quote, a row of another width, a column without name or
 * two of one name, or other separators.
 */
export function readTable(file: string): Table {
  const records = recordsOf(file);
  const header = records[0]?.record;
  if (header === undefined)
    throw bad(`${file} is empty: it needs a header line and rows of numbers.`, { file });
  if (header.length === 1 && /[;\t]/.test(header[0]!))
    throw bad(
      `${file} has ${header[0]!.includes(";") ? "semicolons" : "tabs"} between its columns: write commas, and points in numbers.`,
      { file, line: 1 },
    );
  for (const [j, name] of header.entries()) {
    if (name === "")
      throw bad(`${file}, line 1: column ${j + 1} has no name.`, { file, line: 1, column: j + 1 });
    if (header.indexOf(name) !== j)
      throw bad(`${file}, line 1: two columns are called ${name}. Rename one.`, {
        file,
        line: 1,
        column: name,
      });
  }
  const body = records.slice(1);
  if (body.length === 0) throw bad(`${file} has a header but no rows.`, { file });
  for (const { record, info } of body)
    if (record.length !== header.length)
      throw bad(
        `${file}, line ${info.lines}: ${record.length} cells where the header has ${header.length}.${commaHint(record)}`,
        { file, line: info.lines },
      );
  return { file, header, rows: body.map(({ record }) => record), lines: body.map(({ info }) => info.lines) };
}

/**
 * The numbers of one column.
 *
 * @throws LinearTheoryError `bad-file`, naming file, line and column, when a cell is no finite number in the notation 12, -0.5 or 1e-5.
 */
export function numbersOf(table: Table, column: string): number[] {
  const at = table.header.indexOf(column);
  return table.rows.map((row, i) => {
    const cell = row[at]!;
    const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
    if (Number.isFinite(value)) return value;
    const what =
      cell === ""
        ? "an empty cell: drop the row or fill the gap"
        : /^[+-]?\d*,\d+$/.test(cell)
          ? `${cell} has a decimal comma: write ${cell.replace(",", ".")}`
          : `${cell} is not a number`;
    throw bad(`${table.file}, line ${table.lines[i]}, column ${column}: ${what}.`, {
      file: table.file,
      line: table.lines[i]!,
      column,
    });
  });
}

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function recordsOf(file: string): Row[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw bad(`${file} cannot be read: ${(error as Error).message}.`, { file });
  }
  let text: string;
  try {
    // One kind of line end, so that lines are counted as an editor does.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, "\n");
  } catch {
    throw bad(`${file} is not in UTF-8: save it as UTF-8.`, { file });
  }
  try {
    return parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as Row[];
  } catch (error) {
    throw bad(`${file} is not a well-formed CSV file: ${(error as Error).message}.`, { file });
  }
}

/** Twice the cells is what decimal commas without quotes give. */
function commaHint(record: readonly string[]): string {
  return record.length > 1 && record.every((cell) => /^[+-]?\d+$/.test(cell))
    ? " If its numbers have decimal commas, write points."
    : "";
}

export function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-file", message, details);
}
