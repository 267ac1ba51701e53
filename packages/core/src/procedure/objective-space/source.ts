import { gatherRows } from "../../data/batches.ts";
import { OutriggerError } from "../../error.ts";
import { array, type NDArray } from "../../graph/array.ts";
import type { Random } from "../../random.ts";

/** The batch as `arrayBatches` makes it, inputs of any kind. */
export interface HostColumns<I> {
  readonly inputs: I;
  readonly labels: Readonly<Record<string, NDArray>>;
  readonly masks: Readonly<Record<string, NDArray>>;
}

/** Where inputs come from: the training batch's own rows, or rows of another table, drawn anew for every batch. */
export type Source = "batch" | Rows;

export interface Rows {
  /** [M, …]: one row as in the batch's inputs. */
  readonly inputs: NDArray;
  /** M labels of the end task, as its column has them; NaN where there is none. Without, no row has one. */
  readonly labels?: ArrayLike<number>;
}

/** Rows with the end task's labels: which rows are there, and which of them have a label. */
export interface Drawn {
  readonly inputs: NDArray;
  readonly present: Float32Array;
  readonly labels: NDArray;
  readonly mask: NDArray;
}

/** Rows of the training batch that have a label of any task: the others are padding, or cannot be told from it. */
function presentRows({ masks }: HostColumns<unknown>, size: number): Float32Array {
  const present = new Float32Array(size);
  for (const { data } of Object.values(masks)) {
    for (let i = 0; i < size; i++) if (data[i] !== 0) present[i] = 1;
  }
  return present;
}

/** As many rows as the batch has, with replacement where they are another table's. */
export function drawRows(
  source: Source,
  { batch, inputs, task }: { batch: HostColumns<unknown>; inputs: NDArray; task: string },
  random: Random,
): Drawn {
  const size = inputs.shape[0]!;
  if (source === "batch") {
    const { labels, masks } = batch;
    return { inputs, present: presentRows(batch, size), labels: labels[task]!, mask: masks[task]! };
  }
  const rows = Array.from({ length: size }, () => random.integer(source.inputs.shape[0]!));
  const labels = Float32Array.from(rows, (row) => source.labels?.[row] ?? Number.NaN);
  return {
    inputs: gatherRows(source.inputs, rows, size),
    present: new Float32Array(size).fill(1),
    labels: array(labels.map((label) => (Number.isNaN(label) ? 0 : label))),
    mask: array(labels.map((label) => (Number.isNaN(label) ? 0 : 1))),
  };
}

/** The batch with other inputs, and the end task's labels that belong to them. */
export const withDrawn = <B extends HostColumns<unknown>>(
  batch: B,
  task: string,
  inputs: B["inputs"],
  { labels, mask }: Pick<Drawn, "labels" | "mask">,
): B => ({
  ...batch,
  inputs,
  labels: { ...batch.labels, [task]: labels },
  masks: { ...batch.masks, [task]: mask },
});

/** Sources whose rows have no label of the end task: they cannot ask for it. */
export const unlabelled = (sources: Readonly<Record<string, Source>>): string[] =>
  Object.keys(sources).filter((name) => {
    const source = sources[name]!;
    return source !== "batch" && source.labels === undefined;
  });

/** @throws OutriggerError "bad-option" for a table without rows, or whose labels are not one a row */
export function checkSources(sources: Readonly<Record<string, Source>>): void {
  for (const [name, source] of Object.entries(sources)) {
    if (source === "batch") continue;
    const [rows = 0] = source.inputs.shape;
    if (rows > 0 && (source.labels?.length ?? rows) === rows) continue;
    const said = `Input "${name}" has ${rows} rows and ${source.labels?.length ?? "no"} labels`;
    throw new OutriggerError("bad-option", `${said}. Give at least one row, and one label a row or none.`, {
      input: name,
    });
  }
}
