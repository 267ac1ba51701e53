import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import { canonical } from "../run/hash.ts";
import { type Row, rowSchema } from "./row.ts";

/** Something about a file of results that its owner should know; nothing in the file was changed. */
export interface Remark {
  /** `cut-off`: the last line, half written. `foreign`: a line that is no result. `repeated`: one trial done twice. */
  readonly kind: "cut-off" | "foreign" | "repeated";
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

export interface Results {
  readonly path: string;
  /** One a trial. */
  readonly rows: readonly Row[];
  readonly remarks: readonly Remark[];
  /** Bytes up to a last line that was cut off; all of them when none was. */
  readonly whole: number;
  /** Whether those bytes end a line, so that another may follow. */
  readonly ended: boolean;
}

/**
 * Reads a file of JSON lines; a file that is not there has no rows. No line can make it fail, and none is left out in silence:
 *
 * - a last line without its end was cut off while it was written; its trial counts as not run;
 * - a line that is no result of this format is not used;
 * - of the rows of one trial the first that is done counts, so that a repetition never moves a number; else the last failed one, and
 *   then it is no repetition but a trial that was tried again.
 */
export function readResults(path: string): Results {
  return parsePieces(path, existsSync(path) ? pieces(path) : []);
}

/** The same for bytes that are not in a file; `path` is what remarks call them. */
export const parseResults = (path: string, content: Buffer): Results => parsePieces(path, [content]);

/** The file piece by piece: beside the rows the text of a large file would take as much memory again. */
function* pieces(path: string): Generator<Buffer> {
  const file = openSync(path, "r");
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(1 << 20);
      const length = readSync(file, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

interface TextLine {
  readonly text: string;
  /** With its end. */
  readonly bytes: number;
  /** Whether it has an end: only the last line may have none. */
  readonly ended: boolean;
}

function* linesOf(source: Iterable<Buffer>): Generator<TextLine> {
  let rest: Buffer = Buffer.of();
  for (const piece of source) {
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const line =
        rest.length === 0 ? piece.subarray(from, end) : Buffer.concat([rest, piece.subarray(from, end)]);
      yield { text: line.toString("utf8"), bytes: line.length + 1, ended: true };
      rest = Buffer.of();
      from = end + 1;
    }
    rest = Buffer.concat([rest, piece.subarray(from)]);
  }
  if (rest.length > 0) yield { text: rest.toString("utf8"), bytes: rest.length, ended: false };
}

function parsePieces(path: string, source: Iterable<Buffer>): Results {
  const byId = new Map<string, { row: Row; line: number }>();
  const remarks: Remark[] = [];
  let line = 0;
  let whole = 0;
  let endsLine = true;
  for (const { text, bytes, ended } of linesOf(source)) {
    line++;
    if (!ended && isCutOff(text)) {
      const what = "was cut off while it was written; its trial counts as not run";
      remarks.push({ kind: "cut-off", line, what });
      break;
    }
    whole += bytes;
    endsLine = ended;
    if (text.trim() === "") continue;
    const row = parseLine(text);
    if (typeof row === "string") {
      remarks.push({ kind: "foreign", line, what: row });
      continue;
    }
    const earlier = byId.get(row.id);
    if (earlier?.row.status !== "done") byId.set(row.id, { row, line });
    else if (row.status === "done") remarks.push({ kind: "repeated", line, what: repetition(row, earlier) });
  }
  const rows = [...byId.values()].map(({ row }) => row);
  return { path, rows, remarks, whole, ended: endsLine };
}

/** Whether a last line without its end is the beginning of a row, and not a whole row or something else. */
function isCutOff(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return text.startsWith("{");
  }
}

/** At most so many remarks of one kind are shown: a wrong file has thousands. */
const shown = 3;

/** The remarks in words, one line each. */
export function describeRemarks({ path, remarks }: Results): string[] {
  return [...new Set(remarks.map(({ kind }) => kind))].flatMap((kind) => {
    const same = remarks.filter((remark) => remark.kind === kind);
    const lines = same.slice(0, shown).map(({ line, what }) => `${path}, line ${line}: ${what}.`);
    const rest = same.length - lines.length;
    return rest > 0 ? [...lines, `${path}: and ${rest} more like that.`] : lines;
  });
}

/** The row, or why it is none. */
function parseLine(text: string): Row | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `is no JSON and is not used (${(error as Error).message})`;
  }
  const row = rowSchema.safeParse(value);
  // The value itself and not the checked copy, whose arrays take three times the memory; what a later version adds to a row stays in it.
  if (row.success) return value as Row;
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === "number" && format !== 1)
    return `has format ${format}, of which this version of @outrigger/bench knows nothing, and is not used`;
  const issues = z.prettifyError(row.error).replace(/\s+/g, " ");
  return `is not a result and is not used (${issues})`;
}

function repetition(row: Row, { row: first, line }: { row: Row; line: number }): string {
  const same = canonical(row.metrics) === canonical(first.metrics);
  const numbers = same ? "the same numbers" : "other numbers";
  return `repeats trial ${row.id} of line ${line} with ${numbers}; line ${line} counts`;
}
