import { type FeaturizeOptions, featureColumn } from "../feature/featurize.ts";
import type { FeatureKind } from "../feature/kinds.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { FRAGMENT_PATTERNS } from "./fragment-patterns.ts";
import { graphIndices } from "./graph-indices.ts";

const SMARTS = FRAGMENT_PATTERNS.map(({ smarts }) => smarts);

const graphIndexKind: FeatureKind<Float64Array> = {
  name: "graph-indices",
  version: 1,
  spec: null,
  compute: (molecule) => graphIndices(molecule.structure()),
  encode: (row) => new Uint8Array(row.slice().buffer),
  decode: (bytes) => new Float64Array(bytes.slice().buffer),
};

const fragmentKind: FeatureKind<Int32Array> = {
  name: "fragments",
  version: 1,
  spec: null,
  compute: (molecule) => molecule.countMatches(SMARTS),
  encode: (row) => new Uint8Array(row.slice().buffer),
  decode: (bytes) => new Int32Array(bytes.slice().buffer),
};

/** The indices of every molecule, [N][22] in the order of `GRAPH_INDICES`; some 0.6 ms a molecule, then cached. */
export const graphIndexRows = (
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Float64Array[]> => featureColumn(graphIndexKind, smiles, options);

/**
 * How often each fragment occurs in every molecule, [N][85] in the order of `FRAGMENT_PATTERNS`; some 0.5 ms a molecule, then cached.
 * The patterns are compiled once, and freed at the end.
 */
export async function fragmentRows(
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Int32Array[]> {
  const rdkit = options.rdkit ?? (await sharedRdkit());
  try {
    return await featureColumn(fragmentKind, smiles, { ...options, rdkit });
  } finally {
    rdkit.freeQueries();
  }
}
