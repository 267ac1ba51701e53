import { columnsOf } from "./columns.ts";
import type { ExportedTrial } from "./trial.ts";

/** The bytes of a Parquet file: one row a trial, curves as JSON, nulls where something is not there. */
export async function toParquet(trials: readonly ExportedTrial[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columnsOf(trials, { withCurves: true }).map(({ name, type, values }) => ({
    name,
    type,
    data: [...values],
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "@outrigger/bench" }));
}
