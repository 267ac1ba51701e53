import { platform } from "#platform";
import { diskError } from "../disk.ts";

const { fs } = platform;
const encoder = new TextEncoder();

/** A log of one JSON value a line, only ever appended to. */
export class JsonLines {
  readonly path: string;
  #bytes = 0;

  /** @param bytes what a checkpoint says was written; later lines are cut off, since the steps that wrote them are done again. */
  constructor(path: string, bytes: number) {
    this.path = path;
    const found = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#bytes = Math.min(bytes, found);
    if (found > this.#bytes) fs.truncateSync(path, this.#bytes);
  }

  /** Length of the log, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws OutriggerError "disk" when the line cannot be written. */
  write(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    try {
      fs.appendFileSync(this.path, line);
    } catch (error) {
      throw diskError(this.path, error);
    }
    this.#bytes += encoder.encode(line).length;
  }
}
