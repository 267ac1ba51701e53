import { OutriggerError } from "@outrigger/core/error";
import { records } from "../data/stream.ts";
import { textOf } from "../data/text-stream.ts";

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

/**
 * A CSV file (gzip or not) row by row, in constant memory, understood as `streamMolecules` does. Rows may have more or fewer cells than the header: what
 * to do with them is the caller's business.
 *
 * @throws OutriggerError `missing-data` for no such file, `bad-file` for an empty one, or, while rows are read, for quotes that are not closed or
 * another encoding.
 */
export async function rowsOf(path: string): Promise<StreamedTable> {
  const found = records(path, textOf(path, "utf-8"));
  const header = await found.next();
  if (header.done)
    throw new OutriggerError(
      "bad-file",
      `${path} is empty. It needs a header row with a column of SMILES strings.`,
      { path },
    );
  return {
    header: header.value.record,
    rows: (async function* () {
      for await (const { record, info } of found) yield { line: info.lines, cells: record };
    })(),
  };
}
