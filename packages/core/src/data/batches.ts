import { OutriggerError } from "../error.ts";
import { emptyData, mapTree, type NDArray, type Tree } from "../graph/array.ts";
import type { Random } from "../random.ts";
import type { Batches } from "../train/model.ts";
import { type Column, requireLabels } from "./column.ts";

/** A batch of columns on the host: the counterpart of `ColumnBatch`, with inputs of the structure `I`. */
export interface HostColumnBatch<I extends Tree<NDArray> = Tree<NDArray>> {
  readonly inputs: I;
  readonly labels: { readonly [task: string]: NDArray };
  readonly masks: { readonly [task: string]: NDArray };
}

/** Rows `rows` of an array [N, ...], padded with zeros to `size` rows. */
export function gatherRows(source: NDArray, rows: readonly number[], size: number): NDArray {
  const width = source.shape.slice(1).reduce((n, d) => n * d, 1);
  const data = emptyData(source.dtype, size * width);
  rows.forEach((row, i) =>
    data.set(source.data.subarray(row * width, (row + 1) * width) as never, i * width),
  );
  return { dtype: source.dtype, shape: [size, ...source.shape.slice(1)], data };
}

/** Consecutive chunks of at most `size` of the rows, shuffled by `random` if there is one. */
export function* chunks(
  rows: readonly number[],
  size: number,
  random: Random | null,
): Generator<readonly number[]> {
  const order = random === null ? rows : random.permutation(rows.length).map((i) => rows[i]!);
  for (let start = 0; start < order.length; start += size) yield order.slice(start, start + size);
}

/**
 * Batches of fixed size over arrays in memory.
 *
 * The last partial batch is padded with rows of zeros whose mask is 0 for every task, so all batches have the same shapes and a
 * compiled step is compiled once. Shuffling draws one permutation an epoch from the stream given.
 *
 * @param options.inputs tree of arrays [N, ...]; every leaf has the same N.
 * @param options.columns one column of N labels a task (standardised where the task wants that); key = task name.
 * @param options.rows which rows belong to this split.
 * @param options.batchSize rows a batch.
 * @param options.requireLabels check that every column has a label in these rows (default false; set it for the training split).
 * @throws OutriggerError "bad-data" for an empty split, lengths that differ, or a column without labels.
 *
 * @example
 * const train = arrayBatches({ inputs: array(x, [N, D]), columns: { logS: standardize(raw, rows).column }, rows, batchSize: 64 });
 */
export function arrayBatches<I extends Tree<NDArray>>(options: {
  inputs: I;
  columns: { readonly [task: string]: Column };
  rows: Iterable<number>;
  batchSize: number;
  requireLabels?: boolean;
}): Batches<HostColumnBatch<I>> {
  const { inputs, columns, batchSize } = options;
  const rows = [...options.rows];
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new OutriggerError("bad-option", `batchSize must be a positive integer, not ${batchSize}.`, {
      batchSize,
    });
  }
  if (rows.length === 0) {
    throw new OutriggerError("bad-data", "The split has no rows. Check how the data were split.", {});
  }
  const lengths = Object.entries(columns).map(
    ([task, { values }]) => [`column ${task}`, values.length] as const,
  );
  const named: (readonly [string, number])[] = [...lengths];
  mapTree<NDArray, number>(inputs, (leaf, path) => named.push([`input ${path}`, leaf.shape[0] ?? 0]));
  const [, expected] = named[0]!;
  const odd = named.find(([, length]) => length !== expected);
  if (odd !== undefined) {
    const message = `${odd[0]} has ${odd[1]} rows, but ${named[0]![0]} has ${expected}. All need one row a sample.`;
    throw new OutriggerError("bad-data", message, { lengths: Object.fromEntries(named) });
  }
  const outside = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= expected);
  if (outside !== undefined) {
    throw new OutriggerError(
      "bad-data",
      `Row ${outside} is not one of the ${expected} rows (0 to ${expected - 1}).`,
      {
        row: outside,
      },
    );
  }
  if (options.requireLabels === true) for (const each of Object.values(columns)) requireLabels(each, rows);

  const pick = (values: ArrayLike<number>, chunk: readonly number[]): NDArray => {
    const data = new Float32Array(batchSize);
    chunk.forEach((row, i) => {
      data[i] = values[row]!;
    });
    return { dtype: "float32", shape: [batchSize], data };
  };
  const forEachTask = (f: (column: Column) => NDArray): Record<string, NDArray> =>
    Object.fromEntries(Object.entries(columns).map(([task, each]) => [task, f(each)]));
  return {
    size: Math.ceil(rows.length / batchSize),
    samples: rows.length,
    *epoch(random) {
      for (const chunk of chunks(rows, batchSize, random)) {
        yield {
          inputs: mapTree<NDArray, NDArray>(inputs, (leaf) => gatherRows(leaf, chunk, batchSize)) as I,
          labels: forEachTask(({ values }) => pick(values, chunk)),
          masks: forEachTask(({ mask }) => pick(mask, chunk)),
        };
      }
    },
  };
}
