import { OutriggerError } from "@outrigger/core/error";
import type { Molecule } from "../molecule/molecule.ts";
import type { Outcome, Rdkit } from "../molecule/rdkit.ts";
import type { FeatureKind, FeatureKinds, Features } from "./kinds.ts";

/** Molecules, and for each of them which kinds are wanted. */
export interface Batch {
  readonly smiles: readonly string[];
  /** wanted[i][k]: kind k of molecule i */
  readonly wanted: readonly (readonly boolean[])[];
}

/** What became of one molecule: the bytes of every kind (null where it was not wanted), or why there are none. */
export type Row = Outcome<(Uint8Array | null)[]>;

/** `withMolecule`, where an error of this package about the molecule becomes its problem. */
async function attempt<T>(rdkit: Rdkit, smiles: string, use: (molecule: Molecule) => T): Promise<Outcome<T>> {
  try {
    return await rdkit.withMolecule(smiles, use);
  } catch (error) {
    if (!(error instanceof OutriggerError) || error.code === "missing-package") throw error;
    return { ok: false, problem: { fault: "failed", reason: error.message } };
  }
}

/** Computes a batch, one parse a molecule; `starting` hears of every row before it is computed. */
export async function computeRows(
  rdkit: Rdkit,
  kinds: readonly FeatureKind<unknown>[],
  { smiles, wanted }: Batch,
  starting: (row: number) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [i, text] of smiles.entries()) {
    starting(i);
    const bytes = (molecule: Molecule): (Uint8Array | null)[] =>
      kinds.map((kind, k) => (wanted[i]![k] ? kind.encode(kind.compute(molecule)) : null));
    rows.push(await attempt(rdkit, text, bytes));
  }
  return rows;
}

/**
 * Features of one molecule, from one parse: for a page, or where one molecule comes at a time. No cache.
 *
 * @example
 * const rdkit = await createRdkit({ locateFile: (name) => `/wasm/${name}` });
 * const found = await featuresOf(rdkit, "CCO", { graph: graphKind, bits: fingerprintKind({ kind: "morgan" }) });
 * if (found.ok) console.log(found.value.graph.atomCount); else console.error(found.problem.reason);
 */
export function featuresOf<K extends FeatureKinds>(
  rdkit: Rdkit,
  smiles: string,
  kinds: K,
): Promise<Outcome<Features<K>>> {
  const all = (molecule: Molecule): Features<K> =>
    Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [name, kind.compute(molecule)]),
    ) as Features<K>;
  return attempt(rdkit, smiles, all);
}
