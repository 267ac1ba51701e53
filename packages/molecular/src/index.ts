export {
  CHOSEN_DESCRIPTORS,
  correlationWeights,
  type DescriptorChoice,
  descriptorColumns,
  selectDescriptors,
  varyingDescriptors,
} from "./auxiliary/descriptor-tasks.ts";
export {
  type GraphBatches,
  type GraphBatchOptions,
  graphBatches,
  type HostGraphBatch,
  type HostGraphs,
} from "./batch/graph-batches.ts";
export {
  type MoleculeTable,
  type ReadMoleculesOptions,
  type RowProblem,
  readMolecules,
} from "./data/dataset.ts";
export { enumeratedSmiles, SIMULATED_NOISE, simulatedProperty } from "./data/enumerated.ts";
export type { LabelColumn } from "./data/labels.ts";
export {
  BACE,
  BBBP,
  CLINTOX,
  ESOL,
  FREESOLV,
  LIPOPHILICITY,
  MOLECULE_SOURCES,
  type MoleculeSource,
  SIDER,
  TOX21,
} from "./data/sources.ts";
export { type Split, type SplitOptions, type SplitVariant, splitByScaffold } from "./data/split.ts";
export { cacheDirectory } from "./feature/cache.ts";
export { DESCRIPTOR_NAMES } from "./feature/descriptors.ts";
export {
  descriptors,
  type FeaturizeOptions,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
  splitMolecules,
} from "./feature/featurize.ts";
export { popcount, tanimoto, unpackBits } from "./feature/fingerprint.ts";
export { type BloOptions, blo } from "./method/blo.ts";
export {
  METHODS,
  type MethodContext,
  type NamedMethod,
  namedMethod,
  type PlannedStage,
} from "./method/methods.ts";
export { type MolgroupGatesOptions, molgroupGates } from "./method/molgroup-gates.ts";
export { structureSimilarities } from "./method/structure-similarity.ts";
export { type TrainByNameOptions, type TrainedByName, trainByName } from "./method/train-by-name.ts";
export { type FingerprintMlpOptions, type Fingerprints, fingerprintMlp } from "./model/fingerprint-mlp.ts";
export { type GinOptions, type Graphs, gin } from "./model/gin.ts";
export { conjugatedBonds } from "./molecule/conjugation.ts";
export { ATOM_COLUMNS, BOND_COLUMNS, moleculeGraph } from "./molecule/features.ts";
export { type Hybridization, hybridizations } from "./molecule/hybridization.ts";
export type { Molecule } from "./molecule/molecule.ts";
export { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "./molecule/molecule-graph.ts";
export {
  createRdkit,
  type MoleculeFault,
  type MoleculeProblem,
  type Outcome,
  type Rdkit,
  type RdkitOptions,
  sharedRdkit,
} from "./molecule/rdkit.ts";
export type { Atom, Bond, Structure } from "./molecule/structure.ts";
export { jointHeads, perTarget } from "./target/joint-heads.ts";
export { type JointTaskOptions, jointTask, type TargetKind } from "./target/joint-task.ts";
export { type Primary, primaryOf, type Targets, undefinedBecause } from "./target/primary.ts";
