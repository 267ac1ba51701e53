import { parse } from "#csv";
import { platform } from "#platform";
import { OutriggerError } from "../error.ts";

/** A table of strings as it stands in the file; cells are trimmed, a blank cell is `""`. */
export interface Table {
  /** Where it came from, for messages: the path, or "the text given". */
  readonly name: string;
  readonly header: readonly string[];
  /** Number of data rows. */
  readonly rows: number;
  /** Line of the file (from 1) on which each row ends. */
  readonly lines: readonly number[];
  /**
   * The cells of one column, one a row.
   *
   * @throws OutriggerError "bad-data" when there is no such column; names those that exist and the closest.
   */
  column(name: string): readonly string[];
}

/** Number of single-character insertions, deletions and replacements that turn `a` into `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}

/** The candidate closest to `name` (case-insensitive; one that contains it comes first), or undefined when none is near. */
export function closest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase();
    const inside = wanted !== "" && lower !== "" && (lower.includes(wanted) || wanted.includes(lower));
    const distance = lower === wanted ? 0 : inside ? 0.5 : editDistance(wanted, lower);
    const near = inside || distance <= Math.max(2, Math.ceil(wanted.length / 2));
    if (near && distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function readText(path: string): string {
  try {
    const bytes = platform.fs.readFileSync(path);
    const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return (zipped ? platform.zlib.gunzipSync(bytes) : bytes).toString("utf8");
  } catch (error) {
    if (error instanceof OutriggerError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing
      ? `There is no file ${path}. Check the path, or set OUTRIGGER_DATA to the folder that holds your data.`
      : `Could not read ${path}: ${(error as Error).message}. If it is a .gz file it may be cut off: fetch it again.`;
    throw new OutriggerError(missing ? "missing-data" : "bad-file", message, { path }, error);
  }
}

/**
 * Reads a comma-separated table with a header row into columns of strings.
 *
 * Quoted cells, a byte-order mark and blank lines are understood; a gzip file is recognised by its first two bytes, whatever its name.
 *
 * @param source a path, or the text itself.
 * @throws OutriggerError "missing-data" (no such file), "bad-file" (unreadable, empty, header only, a row with another number
 * of cells, a column named twice).
 *
 * @example
 * const table = readColumns({ path: "delaney-processed.csv" });
 * const smiles = table.column("smiles");
 */
export function readColumns(source: { readonly path: string } | { readonly text: string }): Table {
  const name = "path" in source ? source.path : "the text given";
  const text = "path" in source ? readText(source.path) : source.text;
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, { bom: true, info: true, skip_empty_lines: true, trim: true }) as never;
  } catch (error) {
    throw new OutriggerError(
      "bad-file",
      `${name} is not a well-formed CSV table: ${(error as Error).message}. Correct that row: every row needs as many cells as the header, and quotes must be closed.`,
      { path: name },
      error,
    );
  }
  const header = records[0]?.record;
  if (header === undefined) {
    throw new OutriggerError(
      "bad-file",
      `${name} is empty. It needs a header row and at least one data row.`,
      { path: name },
    );
  }
  const body = records.slice(1);
  if (body.length === 0) {
    throw new OutriggerError(
      "bad-file",
      `${name} has a header (${header.join(", ")}) but no rows. Add at least one data row.`,
      {
        path: name,
        header,
      },
    );
  }
  const twice = header.find((column, k) => header.indexOf(column) !== k);
  if (twice !== undefined) {
    throw new OutriggerError("bad-file", `${name} has two columns named "${twice}". Rename one of them.`, {
      path: name,
      column: twice,
    });
  }
  return {
    name,
    header,
    rows: body.length,
    lines: body.map(({ info }) => info.lines),
    column(wanted) {
      const k = header.indexOf(wanted);
      if (k < 0) {
        const near = closest(wanted, header);
        const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
        throw new OutriggerError(
          "bad-data",
          `${name} has no column "${wanted}".${hint} Its columns are: ${header.map((h) => `"${h}"`).join(", ")}.`,
          { path: name, column: wanted, columns: [...header], closest: near },
        );
      }
      return body.map(({ record }) => record[k]!);
    },
  };
}
