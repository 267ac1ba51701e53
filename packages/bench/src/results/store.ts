import { appendFileSync, closeSync, fdatasync, mkdirSync, openSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { type Results, readResults } from "./read.ts";
import type { Row } from "./row.ts";
import { writeWhole } from "./write-whole.ts";

/** Appends rows to one file; each is on the disk before `append` resolves, so that a machine that stops loses only what was running. */
export class ResultFile {
  /** What the file held when it was opened. */
  readonly before: Results;
  readonly #descriptor: number;
  #syncing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /** Opens the file, making it if need be, and cuts off a half-written last line. */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.before = readResults(path);
    if (this.before.remarks.some(({ kind }) => kind === "cut-off")) truncateSync(path, this.before.whole);
    this.#descriptor = openSync(path, "a");
    if (!this.before.ended) appendFileSync(this.#descriptor, "\n");
  }

  /** The line is with the system when this returns, and on the disk when its promise resolves. */
  append(row: Row): Promise<void> {
    appendFileSync(this.#descriptor, `${JSON.stringify(row)}\n`);
    return this.#sync();
  }

  async close(): Promise<void> {
    await this.#sync();
    closeSync(this.#descriptor);
  }

  /** A disk takes milliseconds to answer. Rows that come meanwhile share the next answer, and the runner goes on. */
  #sync(): Promise<void> {
    this.#next ??= this.#syncing.then(() => {
      this.#next = null;
      this.#syncing = flush(this.#descriptor);
      return this.#syncing;
    });
    return this.#next;
  }
}

const flush = promisify(fdatasync);

/** Replaces a file of rows as a whole. */
export function writeRows(path: string, rows: readonly Row[]): void {
  writeWhole(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
