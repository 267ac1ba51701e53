import { type FeaturizeOptions, featurize, type Kind } from "../feature/featurize.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { FRAGMENT_PATTERNS } from "./fragment-patterns.ts";
import { GRAPH_INDICES, graphIndices } from "./graph-indices.ts";

const SMARTS = FRAGMENT_PATTERNS.map(({ smarts }) => smarts);

/** Rows of the same width, one after the other in memory. */
function rows<T extends Float64Array | Int32Array>(all: T, width: number): T[] {
  return Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width) as T);
}

const graphIndexKind: Kind<Float64Array> = {
  name: "graph-indices",
  version: 1,
  compute: (molecule) => graphIndices(molecule.structure()),
  encode: (values) => new Uint8Array(Float64Array.from(values.flatMap((row) => [...row])).buffer),
  decode: (bytes) => rows(new Float64Array(bytes.buffer), GRAPH_INDICES.length),
};

const fragmentKind: Kind<Int32Array> = {
  name: "fragments",
  version: 1,
  compute: (molecule) => molecule.countMatches(SMARTS),
  encode: (values) => new Uint8Array(Int32Array.from(values.flatMap((row) => [...row])).buffer),
  decode: (bytes) => rows(new Int32Array(bytes.buffer), SMARTS.length),
};

/** The indices of every molecule, [N][22] in the order of `GRAPH_INDICES`; some 0.6 ms a molecule, then cached. */
export const graphIndexRows = (
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Float64Array[]> => featurize(graphIndexKind, smiles, options);

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
    return await featurize(fragmentKind, smiles, { ...options, rdkit });
  } finally {
    rdkit.freeQueries();
  }
}
