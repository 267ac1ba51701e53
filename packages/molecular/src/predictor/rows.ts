import { createReadStream, existsSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { OutriggerError } from "@outrigger/core/error";
import { type Info, parse } from "csv-parse";

/** One row of a table as it stands in the file. */
export interface Row {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table that is read as it is asked for. */
export interface StreamedTable {
  readonly header: readonly string[];
  readonly rows: AsyncIterable<Row>;
}

async function isZipped(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/**
 * A CSV file (gzip or not) row by row, in constant memory. Rows may have more or fewer cells than the header: what to do with them is the
 * caller's business.
 *
 * @throws OutriggerError `missing-data` for no such file, `bad-file` for an empty one, or, while rows are read, for quotes that are not closed.
 */
export async function rowsOf(path: string): Promise<StreamedTable> {
  if (!existsSync(path))
    throw new OutriggerError("missing-data", `There is no file ${path}. Check the path.`, { path });
  const file = createReadStream(path);
  const bytes: Readable = (await isZipped(path)) ? file.pipe(createGunzip()) : file;
  const parser = bytes.pipe(
    parse({ bom: true, info: true, skip_empty_lines: true, trim: true, relax_column_count: true }),
  );
  for (const source of [file, bytes]) source.on("error", (error: Error) => parser.destroy(error));
  const records = parser[Symbol.asyncIterator]() as AsyncIterator<{ record: string[]; info: Info }>;
  const next = async (): Promise<Row | null> => {
    try {
      const { done, value } = await records.next();
      return done ? null : { line: value.info.lines, cells: value.record };
    } catch (cause) {
      throw new OutriggerError(
        "bad-file",
        `${path} is not a well-formed CSV table: ${(cause as Error).message}.`,
        { path },
        cause,
      );
    }
  };
  const header = await next();
  if (header === null)
    throw new OutriggerError(
      "bad-file",
      `${path} is empty. It needs a header row with a column of SMILES strings.`,
      { path },
    );
  return {
    header: header.cells,
    rows: (async function* () {
      for (let row = await next(); row !== null; row = await next()) yield row;
    })(),
  };
}
