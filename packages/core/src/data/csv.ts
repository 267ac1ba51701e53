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

function decoderOf(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    const said = `There is no encoding "${encoding}"; utf-8 and windows-1252 are usual.`;
    throw new OutriggerError("bad-option", said, { encoding }, error);
  }
}

/** Every line end as `\n`, so that lines are counted as an editor does. */
const unifiedLines = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

/** Line of the first bytes that stand for no character, by bisection over how many bytes can be decoded. */
function faultyLine(bytes: Uint8Array, encoding: string): number {
  let [line, low, high] = [1, 0, bytes.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    try {
      const text = decoderOf(encoding).decode(bytes.subarray(0, middle), { stream: true });
      line = unifiedLines(text).split("\n").length;
      low = middle;
    } catch {
      high = middle - 1;
    }
  }
  return line;
}

function decoded(path: string, bytes: Uint8Array, encoding: string): string {
  const decoder = decoderOf(encoding);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const line = faultyLine(bytes, encoding);
    throw new OutriggerError(
      "bad-file",
      `${path} is not in the encoding ${encoding}: bytes on line ${line} stand for no character. Save it as UTF-8, or name its encoding (for spreadsheets in the West often windows-1252).`,
      { path, encoding, line },
      error,
    );
  }
}

function readText(path: string, encoding: string): string {
  let bytes: Uint8Array;
  try {
    bytes = platform.fs.readFileSync(path);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = platform.zlib.gunzipSync(bytes);
  } catch (error) {
    if (error instanceof OutriggerError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing
      ? `There is no file ${path}. Check the path, or set OUTRIGGER_DATA to the folder that holds your data.`
      : `Could not read ${path}: ${(error as Error).message}. If it is a .gz file it may be cut off: fetch it again.`;
    throw new OutriggerError(missing ? "missing-data" : "bad-file", message, { path }, error);
  }
  return decoded(path, bytes, encoding);
}

/**
 * Reads a comma-separated table with a header row into columns of strings.
 *
 * Quoted cells, a byte-order mark, blank lines and any line ends are understood (a line end inside quotes becomes `\n`); a gzip file is
 * recognised by its first two bytes, whatever its name.
 *
 * @param source a path, with the encoding of its text (default `utf-8`), or the text itself.
 * @throws OutriggerError "missing-data" (no such file), "bad-file" (unreadable, bytes that the encoding does not have, empty, header
 * only, a row with another number of cells, a column named twice), "bad-option" for an encoding that does not exist.
 *
 * @example
 * const table = readColumns({ path: "delaney-processed.csv" });
 * const smiles = table.column("smiles");
 */
export function readColumns(
  source: { readonly path: string; readonly encoding?: string } | { readonly text: string },
): Table {
  const name = "path" in source ? source.path : "the text given";
  const text = "path" in source ? readText(source.path, source.encoding ?? "utf-8") : source.text;
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(unifiedLines(text), {
      bom: true,
      info: true,
      record_delimiter: "\n",
      skip_empty_lines: true,
      trim: true,
    }) as never;
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
