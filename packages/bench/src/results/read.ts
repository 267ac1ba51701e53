import { existsSync, readFileSync } from "node:fs";
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
  return parseResults(path, existsSync(path) ? readFileSync(path) : Buffer.of());
}

/** The same for bytes that are not in a file; `path` is what remarks call them. */
export function parseResults(path: string, content: Buffer): Results {
  const byId = new Map<string, { row: Row; line: number }>();
  const remarks: Remark[] = [];
  let line = 0;
  let whole = 0;
  while (whole < content.length) {
    const end = content.indexOf(10, whole);
    const text = content.toString("utf8", whole, end < 0 ? content.length : end);
    line++;
    if (end < 0 && isCutOff(text)) {
      const what = "was cut off while it was written; its trial counts as not run";
      remarks.push({ kind: "cut-off", line, what });
      break;
    }
    whole = end < 0 ? content.length : end + 1;
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
  return { path, rows, remarks, whole, ended: whole === 0 || content[whole - 1] === 10 };
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
  if (row.success) return row.data;
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
