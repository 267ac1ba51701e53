import type { Rdkit } from "../molecule/rdkit.ts";
import { type Batch, computeRows, type Row } from "./compute.ts";
import type { FeatureKind } from "./kinds.ts";

/** What a worker says of itself when it ends. */
export interface WorkerReport {
  /** Molecules that it computed. */
  readonly molecules: number;
  /** RDKit handles that were alive at its end: 0, or memory was lost. */
  readonly open: number;
  /** Instances of RDKit that crashed and were replaced. */
  readonly crashes: number;
}

/** Something that computes batches, several at once. */
export interface Engine {
  /** Batches that are worth having under way at once. */
  readonly ahead: number;
  /** Rows in the order of the batch; `onRow` hears of each when it is done. */
  run(batch: Batch, onRow: () => void): Promise<Row[]>;
  /** Ends what was started, and abandons batches that are still under way. */
  close(): Promise<readonly WorkerReport[]>;
}

/** Computes on this thread. */
export const localEngine = (rdkit: Rdkit, kinds: readonly FeatureKind<unknown>[]): Engine => ({
  ahead: 1,
  async run(batch, onRow) {
    const rows = await computeRows(rdkit, kinds, batch, (row) => row > 0 && onRow());
    if (rows.length > 0) onRow();
    return rows;
  },
  close: () => Promise.resolve([]),
});

/** `small` for the first `limit` molecules, then `large`: a few molecules are done before a worker has started. */
export function growingEngine(small: Engine, large: () => Engine, limit: number): Engine {
  let seen = 0;
  let grown: Engine | null = null;
  return {
    get ahead() {
      return (grown ?? small).ahead;
    },
    run(batch, onRow) {
      if (seen >= limit) grown ??= large();
      seen += batch.smiles.length;
      return (grown ?? small).run(batch, onRow);
    },
    close: async () => [...(await small.close()), ...((await grown?.close()) ?? [])],
  };
}

/**
 * Works on items in the order of their source, some ahead of the one that is waited for, and yields in that order. The source is asked
 * for no more than that, so whoever reads slowly holds it back.
 */
export async function* inOrder<A, B>(
  source: AsyncIterable<A> | Iterable<A>,
  work: (item: A) => Promise<B>,
  ahead: () => number,
): AsyncGenerator<B> {
  const running: Promise<B>[] = [];
  for await (const item of source) {
    const result = work(item);
    // Heard when its turn comes; until then a failure is no unhandled one.
    result.catch(() => undefined);
    running.push(result);
    while (running.length >= ahead()) yield await running.shift()!;
  }
  for (const result of running) yield await result;
}
