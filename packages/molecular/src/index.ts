export {
  type AttributeMasking,
  type AttributeMaskingOptions,
  attributeMasking,
} from "./auxiliary/attribute-masking.ts";
export { type AuxiliaryTasks, auxiliaryTasks } from "./auxiliary/auxiliary-tasks.ts";
export {
  CHOSEN_DESCRIPTORS,
  correlationWeights,
  varyingDescriptors,
} from "./auxiliary/descriptor-tasks.ts";
export { type MotifOptions, type MotifTasks, motifTasks } from "./auxiliary/motif-tasks.ts";
export {
  type JoinedDataset,
  type JoinedLabel,
  joinDataset,
  LEAST_SHARE,
  type OtherDatasetOptions,
  withoutLabels,
} from "./auxiliary/other-dataset.ts";
export {
  type GraphBatches,
  type GraphBatchOptions,
  graphBatches,
  type HostGraphBatch,
  type HostGraphs,
} from "./batch/graph-batches.ts";
export { type BatchRequest, type Inputs, modelInputs } from "./batch/model-inputs.ts";
export { type Candidate, candidate, candidateBook, isCandidate } from "./book/book.ts";
export {
  type CandidateColumnOptions,
  candidateColumns,
  candidateValues,
  varyingCandidates,
} from "./book/candidate-columns.ts";
export { fragmentKind, graphIndexKind } from "./book/candidate-kinds.ts";
export { fragmentRows, graphIndexRows } from "./book/candidate-rows.ts";
export { FRAGMENT_PATTERNS, type FragmentPattern } from "./book/fragment-patterns.ts";
export { GRAPH_INDICES, type GraphIndex, graphIndices } from "./book/graph-indices.ts";
export { type PredictSetting, type PredictSummary, predictTable } from "./command/predict.ts";
export { type CompareOptions, type Comparison, compare } from "./compare/compare.ts";
export { comparisonText } from "./compare/comparison-text.ts";
export { type PairedInterval, pairedInterval, type Verdict, verdictOf } from "./compare/verdict.ts";
export { type CleaningOptions, type CleaningReport, cleanMolecules } from "./data/clean.ts";
export {
  type MoleculeTable,
  type ReadMoleculesOptions,
  type RowProblem,
  readMolecules,
} from "./data/dataset.ts";
export {
  describeMolecules,
  type Quantiles,
  type ScaffoldSummary,
  type SplitDescription,
  type TableDescription,
} from "./data/describe.ts";
export { type ConflictPolicy, type LabelConflict, type LabelSpread } from "./data/duplicates.ts";
export { enumeratedSmiles, SIMULATED_NOISE, simulatedProperty } from "./data/enumerated.ts";
export { type LabelColumn } from "./data/labels.ts";
export { type LoadOptions, loadDataset } from "./data/load.ts";
export {
  type KFoldOptions,
  kFold,
  type MakeSplitOptions,
  type Molecules,
  makeSplit,
  stratifiedScaffoldSplit,
} from "./data/make-split.ts";
export {
  BACE,
  BBBP,
  CLINTOX,
  ESOL,
  FREESOLV,
  HIV,
  LIPOPHILICITY,
  MOLECULE_SOURCES,
  type MoleculeSource,
  MUV,
  QM7,
  QM8,
  SIDER,
  TOX21,
  TOXCAST,
} from "./data/sources.ts";
export { type Split, type SplitOptions, type SplitVariant, splitByScaffold } from "./data/split.ts";
export {
  applySplit,
  readSplits,
  type SplitOrigin,
  type SplitRecord,
  splitRecord,
  writeSplits,
} from "./data/split-file.ts";
export { type GivenSplit, readList, splitByColumn, splitByLists } from "./data/split-lists.ts";
export {
  type LabelSummary,
  type PartSummary,
  type SplitNote,
  type SplitOverlap,
  splitNotes,
  splitOverlap,
  summarizeLabels,
  summarizeSplit,
} from "./data/split-summary.ts";
export { type SaltDecision, type StandardizeOptions } from "./data/standardize.ts";
export { type StreamedRow, type StreamOptions, streamMolecules } from "./data/stream.ts";
export { cacheDirectory } from "./feature/cache.ts";
export { featuresOf } from "./feature/compute.ts";
export { DESCRIPTOR_NAMES } from "./feature/descriptors.ts";
export { type WorkerReport } from "./feature/engine.ts";
export {
  descriptors,
  type FeaturizeOptions,
  featurize,
  moleculeGraphs,
  morganFingerprints,
  murckoScaffolds,
  splitMolecules,
} from "./feature/featurize.ts";
export { popcount, tanimoto, unpackBits } from "./feature/fingerprint.ts";
export { fingerprints } from "./feature/fingerprint-kinds.ts";
export {
  canonicalKind,
  descriptorKind,
  type FeatureKind,
  type FeatureKinds,
  type Features,
  fingerprintKind,
  graphKind,
  scaffoldKind,
} from "./feature/kinds.ts";
export { type FeatureChunk, featurizeStream } from "./feature/stream.ts";
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
export { type AttentiveFpOptions, attentiveFp } from "./model/attentive-fp.ts";
export { type DMpnnOptions, dMpnn } from "./model/d-mpnn.ts";
export { type FingerprintMlpOptions, type Fingerprints, fingerprintMlp } from "./model/fingerprint-mlp.ts";
export { gcn } from "./model/gcn.ts";
export { gin } from "./model/gin.ts";
export { type GraphModel } from "./model/graph-model.ts";
export { type Graphs } from "./model/graphs.ts";
export { type MessagePassingOptions } from "./model/message-passing.ts";
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
export {
  type FingerprintKind,
  type FingerprintOptions,
  type FingerprintSettings,
  fingerprintSettings,
} from "./molecule/fingerprint-options.ts";
export { type MoleculeFault, type MoleculeProblem } from "./molecule/guard.ts";
export { type Hybridization, hybridizations } from "./molecule/hybridization.ts";
export { type LargestFragment, type Molecule } from "./molecule/molecule.ts";
export { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "./molecule/molecule-graph.ts";
export { createRdkit, type Outcome, type Rdkit, type RdkitOptions, sharedRdkit } from "./molecule/rdkit.ts";
export { type Atom, type Bond, type Structure } from "./molecule/structure.ts";
export { type Attribution, attribute } from "./predictor/attribution.ts";
export { attributionSvg } from "./predictor/attribution-svg.ts";
export { type Calibration, conformalQuantile } from "./predictor/conformal.ts";
export { type Domain } from "./predictor/domain.ts";
export { fetchPredictor } from "./predictor/fetch.ts";
export { readPredictor, writePredictor } from "./predictor/folder.ts";
export {
  makePredictor,
  type PredictedMolecule,
  type PredictOptions,
  type Predictor,
  type TargetPrediction,
} from "./predictor/predictor.ts";
export { type PredictorRecord } from "./predictor/record.ts";
export {
  type DatasetDescription,
  type DescribeDatasetOptions,
  describeDataset,
} from "./select/dataset-description.ts";
export { type EndpointOptions } from "./select/endpoint.ts";
export { propertyFamily } from "./select/frozen-votes.ts";
export { type LanguageModelOptions } from "./select/language-model.ts";
export { type SelectRequest, selectCandidates } from "./select/select.ts";
export { type Selection } from "./select/selection.ts";
export { type PropertyFamily, VOTE_TABLE } from "./select/vote-table.ts";
export { jointHeads, perTarget } from "./target/joint-heads.ts";
export { type JointTaskOptions, jointTask, type TargetKind } from "./target/joint-task.ts";
export { type Primary, primaryOf, type Targets, undefinedBecause } from "./target/primary.ts";
export { type Configuration, configuration, type GivenConfiguration } from "./training/configuration.ts";
export {
  type TrainedPredictor,
  type TrainingEvent,
  type TrainPredictorOptions,
  trainPredictor,
} from "./training/train-predictor.ts";
