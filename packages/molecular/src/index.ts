export {
  type AttributeMasking,
  type AttributeMaskingOptions,
  attributeMasking,
} from "./auxiliary/attribute-masking.ts";
export {
  CHOSEN_DESCRIPTORS,
  correlationWeights,
  type DescriptorChoice,
  descriptorColumns,
  selectDescriptors,
  varyingDescriptors,
} from "./auxiliary/descriptor-tasks.ts";
export { type MotifOptions, type MotifTasks, motifTasks } from "./auxiliary/motif-tasks.ts";
export {
  type GraphBatches,
  type GraphBatchOptions,
  graphBatches,
  type HostGraphBatch,
  type HostGraphs,
} from "./batch/graph-batches.ts";
export { type BatchRequest, type Inputs, modelInputs } from "./batch/model-inputs.ts";
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
export { type FingerprintKind, fingerprints } from "./feature/fingerprint-kinds.ts";
export { type AttentiveFpOptions, attentiveFp } from "./model/attentive-fp.ts";
export { type DMpnnOptions, dMpnn } from "./model/d-mpnn.ts";
export { type FingerprintMlpOptions, type Fingerprints, fingerprintMlp } from "./model/fingerprint-mlp.ts";
export { gcn } from "./model/gcn.ts";
export { gin } from "./model/gin.ts";
export type { GraphModel } from "./model/graph-model.ts";
export type { Graphs } from "./model/graphs.ts";
export type { MessagePassingOptions } from "./model/message-passing.ts";
export {
  completeChoice,
  type ModelChoice,
  type ModelInput,
  type ModelOptions,
  type MoleculeModel,
  modelInput,
  moleculeModel,
} from "./model/molecule-model.ts";
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
