import { type FeaturizeOptions, featureColumn } from "../feature/featurize.ts";
import { sharedRdkit } from "../molecule/rdkit.ts";
import { fragmentKind, graphIndexKind } from "./candidate-kinds.ts";

/** The indices of every molecule, [N][22] in the order of `GRAPH_INDICES`; some 0.6 ms a molecule, then cached. */
export const graphIndexRows = (
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Float64Array[]> => featureColumn(graphIndexKind, smiles, options);

/**
 * How often each fragment occurs in every molecule, [N][85] in the order of `FRAGMENT_PATTERNS`; some 0.5 ms a molecule, then cached.
 * The patterns are compiled once a thread, and freed at the end.
 */
export async function fragmentRows(
  smiles: readonly string[],
  options: FeaturizeOptions = {},
): Promise<Int32Array[]> {
  const rdkit = options.rdkit ?? (await sharedRdkit());
  try {
    return await featureColumn(fragmentKind, smiles, options);
  } finally {
    rdkit.freeQueries();
  }
}
