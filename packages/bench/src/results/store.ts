import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { BenchError } from "../error.ts";
import { type Row, rowSchema } from "./row.ts";

/**
 * Reads a file of JSON lines; a file that is not there has no rows.
 *
 * A last line that was cut off (the machine stopped while it was written) is left out; of rows with the same id the last that is done
 * stays, else the last.
 *
 * @throws BenchError "bad-results" naming file and line when any other line is no row.
 */
export function readRows(path: string): Row[] {
  const { rows } = parse(path);
  const byId = new Map<string, Row>();
  for (const row of rows) {
    if (row.status === "done" || byId.get(row.id)?.status !== "done") byId.set(row.id, row);
  }
  return [...byId.values()];
}

/** Appends rows to one file; each is on the disk before `append` returns, so that a killed run loses only what was running. */
export class ResultFile {
  readonly path: string;
  #descriptor: number;

  /** Opens the file, making it if need be, and cuts off a half-written last line. */
  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    const { whole, length } = parse(path);
    this.#descriptor = openSync(path, existsSync(path) ? "r+" : "w+");
    if (whole < length) ftruncateSync(this.#descriptor, whole);
    closeSync(this.#descriptor);
    this.#descriptor = openSync(path, "a");
  }

  append(row: Row): void {
    writeSync(this.#descriptor, `${JSON.stringify(row)}\n`);
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Replaces a file of rows as a whole, by way of a temporary file, so that readers see the old rows or the new. */
export function writeRows(path: string, rows: readonly Row[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  renameSync(temporary, path);
}

/** Rows, and how many bytes of the file hold whole lines. */
function parse(path: string): { rows: Row[]; whole: number; length: number } {
  if (!existsSync(path)) return { rows: [], whole: 0, length: 0 };
  const content = readFileSync(path);
  const whole = content.lastIndexOf(10) + 1;
  const lines = content.subarray(0, whole).toString("utf8").split("\n").slice(0, -1);
  const rows = lines.flatMap((line, index) => (line.trim() === "" ? [] : [parseLine(line, path, index + 1)]));
  return { rows, whole, length: content.length };
}

function parseLine(line: string, path: string, number: number): Row {
  const wrong = (what: string, cause?: unknown) =>
    new BenchError(
      "bad-results",
      `${path}, line ${number}: ${what} Delete that line, or move the file away, and run again.`,
      cause,
    );
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw wrong(`${(error as Error).message}.`, error);
  }
  const row = rowSchema.safeParse(value);
  if (!row.success) throw wrong(`it is not a result of this format. ${z.prettifyError(row.error)}`);
  return row.data;
}
