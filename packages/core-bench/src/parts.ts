import { arrayBatches, type HostColumnBatch } from "@outrigger/core/data/batches";
import type { Column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import type { Batches } from "@outrigger/core/train/model";

export interface Parts {
  readonly train: Batches<HostColumnBatch<NDArray>>;
  readonly validation: Batches<HostColumnBatch<NDArray>>;
  readonly test: Batches<HostColumnBatch<NDArray>>;
}

/** Rows of one width in the order training, validation, test, each part one batch. */
export function parts(
  rows: readonly Float64Array[],
  columns: Readonly<Record<string, Column>>,
  sizes: { readonly train: number; readonly validation: number },
): Parts {
  const width = rows[0]!.length;
  const flat = new Float32Array(rows.length * width);
  rows.forEach((row, i) => flat.set(row, i * width));
  const inputs = array(flat, [rows.length, width]);
  const part = (from: number, to: number): Parts["train"] =>
    arrayBatches({
      inputs,
      columns,
      rows: Array.from({ length: to - from }, (_, i) => from + i),
      batchSize: to - from,
    });
  const testStart = sizes.train + sizes.validation;
  return {
    train: part(0, sizes.train),
    validation: part(sizes.train, testStart),
    test: part(testStart, rows.length),
  };
}
