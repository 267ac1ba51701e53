import type { Outcome } from "../molecule/rdkit.ts";
import { inOrder } from "./engine.ts";
import type { FeatureKinds, Features } from "./kinds.ts";
import { BATCH, type FeaturizeOptions, openSession } from "./session.ts";

/** Some molecules of a stream, in its order. */
export interface FeatureChunk<K extends FeatureKinds> {
  /** Number of the first molecule in the stream, from 0. */
  readonly from: number;
  readonly smiles: readonly string[];
  /** For every molecule its features, or why it has none. */
  readonly rows: readonly Outcome<Features<K>>[];
}

async function* chunks(
  source: AsyncIterable<string> | Iterable<string>,
  size: number,
): AsyncGenerator<{ from: number; smiles: string[] }> {
  let from = 0;
  let smiles: string[] = [];
  for await (const text of source) {
    smiles.push(text);
    if (smiles.length < size) continue;
    yield { from, smiles };
    from += size;
    smiles = [];
  }
  if (smiles.length > 0) yield { from, smiles };
}

/**
 * Features of a stream of SMILES strings, chunk by chunk and in order, each molecule parsed once for all kinds. A bad row is reported
 * where it stands and stops nothing. The source is read only a few chunks ahead, so memory does not grow with its length; with a cache
 * on disk it does, by some 130 bytes a molecule and kind, so a long file of molecules that do not come again is better read with
 * `cache: false`.
 *
 * @example
 * const kinds = { graph: graphKind, bits: fingerprintKind({ kind: "morgan" }) };
 * for await (const { from, rows } of featurizeStream(lines, kinds, { cache: false }))
 *   for (const [i, row] of rows.entries())
 *     if (row.ok) use(row.value.graph, row.value.bits); else console.warn(`row ${from + i}: ${row.problem.reason}`);
 */
export async function* featurizeStream<K extends FeatureKinds>(
  source: AsyncIterable<string> | Iterable<string>,
  kinds: K,
  options: FeaturizeOptions & { readonly chunk?: number } = {},
): AsyncGenerator<FeatureChunk<K>> {
  const session = await openSession(kinds, options);
  try {
    yield* inOrder(
      chunks(source, options.chunk ?? BATCH),
      async ({ from, smiles }) => ({ from, smiles, rows: await session.features(smiles) }),
      () => session.ahead,
    );
  } finally {
    await session.close();
  }
}
