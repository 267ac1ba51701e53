export {
  CHOSEN_DESCRIPTORS,
  correlationWeights,
  type DescriptorChoice,
  descriptorColumns,
  selectDescriptors,
  varyingDescriptors,
} from "./auxiliary.ts";
export {
  type GraphBatches,
  type GraphBatchOptions,
  graphBatches,
  type HostGraphBatch,
  type HostGraphs,
} from "./batch/graph-batches.ts";
export { cacheDirectory } from "./cache.ts";
export { conjugatedBonds } from "./conjugation.ts";
export {
  type MoleculeTable,
  type ReadMoleculesOptions,
  type RowProblem,
  readMolecules,
} from "./dataset.ts";
export { DESCRIPTOR_NAMES } from "./descriptors.ts";
export { enumeratedSmiles, SIMULATED_NOISE, simulatedProperty } from "./enumerated.ts";
export { ATOM_COLUMNS, BOND_COLUMNS, moleculeGraph } from "./features.ts";
export {
  descriptors,
  type FeaturizeOptions,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
  splitMolecules,
} from "./featurize.ts";
export { popcount, tanimoto, unpackBits } from "./fingerprint.ts";
export { type Hybridization, hybridizations } from "./hybridization.ts";
export type { LabelColumn } from "./labels.ts";
export { type FingerprintMlpOptions, type Fingerprints, fingerprintMlp } from "./model/fingerprint-mlp.ts";
export { type GinOptions, type Graphs, gin } from "./model/gin.ts";
export type { Molecule } from "./molecule.ts";
export { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "./molecule-graph.ts";
export {
  createRdkit,
  type MoleculeFault,
  type MoleculeProblem,
  type Outcome,
  type Rdkit,
  type RdkitOptions,
  sharedRdkit,
} from "./rdkit.ts";
export {
  BACE,
  BBBP,
  CLINTOX,
  ESOL,
  FREESOLV,
  LIPOPHILICITY,
  MOLECULE_SOURCES,
  type MoleculeSource,
  TOX21,
} from "./sources.ts";
export { type Split, type SplitOptions, type SplitVariant, splitByScaffold } from "./split.ts";
export type { Atom, Bond, Structure } from "./structure.ts";
