import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { OutriggerError } from "@outrigger/core/error";

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((byte, i) => bytes[i] === byte);

async function startOf(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** A file in pieces; one that begins as gzip does is decompressed. */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  const start = await startOf(path);
  if (startsWith(start, 0x50, 0x4b, 3, 4))
    throw new OutriggerError(
      "bad-file",
      `${path} is a ZIP archive, as spreadsheet files are. Export the sheet as CSV, or unpack the archive.`,
      { path },
    );
  const file = createReadStream(path);
  // An error of either arrives where the result is read.
  yield* startsWith(start, 0x1f, 0x8b) ? pipeline(file, createGunzip(), () => undefined) : file;
}

function decoderFor(path: string, start: Uint8Array, encoding: string): TextDecoder {
  if (startsWith(start, 0xff, 0xfe)) return new TextDecoder("utf-16le", { fatal: true });
  if (startsWith(start, 0xfe, 0xff)) return new TextDecoder("utf-16be", { fatal: true });
  if (encoding === "utf-8" && start.subarray(0, 1000).includes(0))
    throw new OutriggerError(
      "bad-file",
      `${path} has zero bytes, which no text in UTF-8 has. If it is a text it is in UTF-16: save it as UTF-8, or name utf-16le or utf-16be as its encoding.`,
      { path, encoding },
    );
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new OutriggerError(
      "bad-option",
      `There is no encoding "${encoding}"; utf-8 and windows-1252 are usual.`,
      { encoding },
      error,
    );
  }
}

/** Every line end as `\n`. */
export const unifiedLines = (text: string): string => text.replaceAll(/\r\n?/g, "\n");

const countLines = (text: string): number => text.split("\n").length - 1;

function undecodable(path: string, encoding: string, line: number, cause: unknown): OutriggerError {
  return new OutriggerError(
    "bad-file",
    `${path} is not in the encoding ${encoding}: bytes near line ${line} stand for no character. Save it as UTF-8, or name its encoding (for spreadsheets in the West often windows-1252).`,
    { path, encoding, line },
    cause,
  );
}

/** Line of the first byte that UTF-8 does not have, counted from the start of the piece. */
const linesBeforeFault = (piece: Uint8Array): number =>
  countLines(new TextDecoder().decode(piece).split("\uFFFD", 1)[0]!);

function readFault(path: string, error: unknown): unknown {
  if (error instanceof OutriggerError) return error;
  const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
  const message = missing
    ? `There is no file ${path}. Check the path.`
    : `Could not read ${path}: ${(error as Error).message}. If it is a .gz file it may be cut off: fetch it again.`;
  return new OutriggerError(missing ? "missing-data" : "bad-file", message, { path }, error);
}

/**
 * The text of a file in pieces, in constant memory: gzip is undone, a byte-order mark dropped (and UTF-16 with one understood), and
 * every line end made `\n`, so that lines are counted as an editor does.
 *
 * @throws OutriggerError while it is read: `missing-data`, `bad-file` (unreadable, cut off, a ZIP archive, other bytes than the
 * encoding has, with the line), `bad-option` for an encoding that does not exist.
 */
export async function* textOf(path: string, encoding: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let line = 1;
  let held = "";
  const decode = (piece: Uint8Array, stream: boolean): string => {
    decoder ??= decoderFor(path, piece, encoding);
    try {
      return decoder.decode(piece, { stream });
    } catch (error) {
      throw undecodable(path, decoder.encoding, line + linesBeforeFault(piece), error);
    }
  };
  const unified = (text: string, last: boolean): string => {
    const all = held + text;
    // The second half of this line end may be in the next piece.
    held = !last && all.endsWith("\r") ? "\r" : "";
    const lines = unifiedLines(all.slice(0, all.length - held.length));
    line += countLines(lines);
    return lines;
  };
  try {
    for await (const piece of bytesOf(path)) {
      const text = unified(decode(piece, true), false);
      if (text !== "") yield text;
    }
    const rest = unified(decode(new Uint8Array(), false), true);
    if (rest !== "") yield rest;
  } catch (error) {
    throw readFault(path, error);
  }
}
