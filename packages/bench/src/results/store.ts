import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { type Results, readResults } from "./read.ts";
import type { Row } from "./row.ts";
import { writeWhole } from "./write-whole.ts";

/** Appends rows to one file; each is on the disk before `append` returns, so that a killed run loses only what was running. */
export class ResultFile {
  /** What the file held when it was opened. */
  readonly before: Results;
  readonly #descriptor: number;

  /** Opens the file, making it if need be, and cuts off a half-written last line. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.before = readResults(path);
    if (this.before.remarks.some(({ kind }) => kind === "cut-off")) truncateSync(path, this.before.whole);
    this.#descriptor = openSync(path, "a");
    if (!this.before.ended) appendFileSync(this.#descriptor, "\n");
  }

  append(row: Row): void {
    appendFileSync(this.#descriptor, `${JSON.stringify(row)}\n`);
    fsyncSync(this.#descriptor);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Replaces a file of rows as a whole. */
export function writeRows(path: string, rows: readonly Row[]): void {
  writeWhole(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
