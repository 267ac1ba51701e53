import {
  appendFileSync,
  closeSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  truncateSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { BenchError } from "../error.ts";
import { type Results, readResults } from "./read.ts";
import type { Row } from "./row.ts";
import { writeWhole } from "./write-whole.ts";

/** Appends rows to one file; each is on the disk before `append` resolves, so that a machine that stops loses only what was running. */
export class ResultFile {
  /** What the file held when it was opened. */
  readonly before: Results;
  readonly #descriptor: number;
  #length: number;
  #syncing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  /**
   * Opens the file, making it if need be, and cuts off a half-written last line.
   *
   * @throws BenchError "disk" when it cannot be made, read or written.
   */
  constructor(path: string) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.before = readResults(path);
      if (this.before.remarks.some(({ kind }) => kind === "cut-off")) truncateSync(path, this.before.whole);
      this.#descriptor = openSync(path, "a");
      if (!this.before.ended) appendFileSync(this.#descriptor, "\n");
      this.#length = fstatSync(this.#descriptor).size;
    } catch (error) {
      throw new BenchError(
        "disk",
        `${path} cannot be used for results: ${(error as Error).message}. Mend this, or give another folder with --out.`,
        error,
      );
    }
  }

  /**
   * The line is with the system when this returns, and on the disk when its promise resolves.
   *
   * @throws BenchError "disk" when it cannot be written, and then no half of it is left, or cannot be brought to the disk.
   */
  async append(row: Row): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    try {
      appendFileSync(this.#descriptor, line);
    } catch (error) {
      ftruncateSync(this.#descriptor, this.#length);
      throw this.#unwritable(error);
    }
    this.#length += line.length;
    await this.#sync();
  }

  /** @throws BenchError "disk" when what was appended cannot be brought to the disk. */
  async close(): Promise<void> {
    await this.#sync().finally(() => closeSync(this.#descriptor));
  }

  /** A disk takes milliseconds to answer. Rows that come meanwhile share the next answer, and the runner goes on. */
  #sync(): Promise<void> {
    this.#next ??= this.#syncing.then(() => {
      this.#next = null;
      this.#syncing = flush(this.#descriptor).catch((error: unknown) => {
        throw this.#unwritable(error);
      });
      return this.#syncing;
    });
    return this.#next;
  }

  #unwritable(error: unknown): BenchError {
    return new BenchError(
      "disk",
      `${this.before.path} cannot be written: ${(error as Error).message}. The trials in it are kept; mend this and run again.`,
      error,
    );
  }
}

const flush = promisify(fdatasync);

/** Replaces a file of rows as a whole. */
export function writeRows(path: string, rows: readonly Row[]): void {
  writeWhole(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}
