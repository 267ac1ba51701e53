export type { Aggregated, Aggregator, Rows } from "./aggregator/aggregator.ts";
export { dbMtlEma } from "./aggregator/db-mtl-ema.ts";
export { excessMtl } from "./aggregator/excess-mtl.ts";
export { graddrop } from "./aggregator/graddrop.ts";
export { moco } from "./aggregator/moco.ts";
export { sum } from "./aggregator/sum.ts";
export { trimmedMean } from "./aggregator/trimmed-mean.ts";
export { arrayBatches } from "./data/batches.ts";
export { type Column, column, numericColumn, type Scaler, standardize } from "./data/column.ts";
export { type ContextTokens, type ContextTokensOptions, contextRows, contextTokens } from "./data/context.ts";
export { readColumns, type Table } from "./data/csv.ts";
export { type DataFile, findData } from "./data/source.ts";
export { type Context, type Sample, type SupportOptions, supportBatches } from "./data/support-batches.ts";
export { type ErrorCode, OutriggerError } from "./error.ts";
export type { FeatureAnswer, FeatureMethod, FeatureView } from "./feature/feature-method.ts";
export { type RotogradOptions, rotograd } from "./feature/rotograd.ts";
export * from "./graph/index.ts";
export * from "./interchange/index.ts";
export * from "./nn/index.ts";
export { type AdamOptions, adam } from "./optimize/adam.ts";
export { adamw } from "./optimize/adamw.ts";
export type { Optimizer } from "./optimize/optimizer.ts";
export { type RmspropOptions, rmsprop } from "./optimize/rmsprop.ts";
export { cosineDecay } from "./optimize/schedule.ts";
export { type SgdOptions, sgd } from "./optimize/sgd.ts";
export { type AangSearchOptions, aangSearch } from "./procedure/aang-search.ts";
export { type AlphaVilOptions, alphaVil } from "./procedure/alpha-vil.ts";
export { type AutoLambdaOptions, autoLambda } from "./procedure/auto-lambda.ts";
export { type AuxTsOptions, auxTs } from "./procedure/aux-ts.ts";
export { type AuxilearnOptions, auxilearn } from "./procedure/auxilearn.ts";
export { type AuxinashImplicitOptions, auxinashImplicit } from "./procedure/auxinash-implicit.ts";
export { type DtgAuxlOptions, dtgAuxl } from "./procedure/dtg-auxl.ts";
export { type ForkmergeOptions, forkmerge } from "./procedure/forkmerge.ts";
export { type HeadFirstOptions, headFirst } from "./procedure/head-first.ts";
export { type MaxlOptions, maxl } from "./procedure/maxl.ts";
export { type MetaTartanFreshHeadOptions, metaTartanFreshHead } from "./procedure/meta-tartan-fresh-head.ts";
export type { Probabilities } from "./procedure/objective-space/probabilities.ts";
export {
  type Cell,
  type Objective,
  type ObjectiveSpace,
  type ObjectiveSpaceOptions,
  objectiveSpace,
} from "./procedure/objective-space/space.ts";
export { type TabularSpaceOptions, tabularSpace } from "./procedure/objective-space/tabular.ts";
export { type TokenSpaceOptions, tokenSpace, visible } from "./procedure/objective-space/tokens.ts";
export type { HeldOut, Opened, Procedure, Setting, Setup, Stepped } from "./procedure/procedure.ts";
export { type TamlOptions, taml } from "./procedure/taml.ts";
export { Random } from "./random.ts";
export { cgc } from "./sharing/cgc.ts";
export { type CrossStitchOptions, crossStitch } from "./sharing/cross-stitch.ts";
export { hardSharing } from "./sharing/hard-sharing.ts";
export { type MmoeOptions, mmoe } from "./sharing/mmoe.ts";
export { mtan } from "./sharing/mtan.ts";
export { type PleOptions, ple } from "./sharing/ple.ts";
export type { ShapedOptions, SharingOptions } from "./sharing/policy.ts";
export { type ResidualAdaptersOptions, residualAdapters } from "./sharing/residual-adapters.ts";
export { type TapsOptions, taps, tapsShared } from "./sharing/taps.ts";
export type { FitCallback, FitEvent } from "./train/callback/event.ts";
export { tensorBoard } from "./train/callback/tensor-board.ts";
export type { DiagnosticsOptions } from "./train/diagnostics/options.ts";
export type {
  AffinityRecord,
  DiagnosticRecord,
  GradientRecord,
  TransferRecord,
} from "./train/diagnostics/record.ts";
export {
  type DiagnosticSummary,
  keepDiagnostics,
  summarizeDiagnostics,
} from "./train/diagnostics/summary.ts";
export type { SingleTaskRun } from "./train/diagnostics/transfer.ts";
export { type FitOptions, type Fitted, fit } from "./train/fit.ts";
export {
  type FittedInStages,
  fitInStages,
  type Stage,
  type StageRecord,
  type StagesOptions,
} from "./train/fit-in-stages.ts";
export { generatedTask } from "./train/generated-task.ts";
export type { EpochRecord } from "./train/history.ts";
export type { Method } from "./train/method.ts";
export { accuracy, classAccuracy, type Metric, mae, rmse, rocAuc } from "./train/metric.ts";
export type { Batches, Host, Model, Params, ParamsTensors } from "./train/model.ts";
export type { OnNonFinite } from "./train/non-finite.ts";
export { type ModelParts, type SplitModel, splitModel } from "./train/split-model.ts";
export { binary, type ColumnBatch, classification, type Role, regression, type Task } from "./train/task.ts";
export { aang } from "./weighting/aang.ts";
export { adaloss } from "./weighting/adaloss.ts";
export { alignedMtl } from "./weighting/aligned-mtl.ts";
export { arml } from "./weighting/arml.ts";
export { auxinash } from "./weighting/auxinash.ts";
export { auxinashLearned } from "./weighting/auxinash-learned.ts";
export { cagrad } from "./weighting/cagrad.ts";
export { alternate } from "./weighting/combine/alternate.ts";
export { compose } from "./weighting/combine/compose.ts";
export { every } from "./weighting/combine/every.ts";
export { normalized } from "./weighting/combine/normalized.ts";
export { perLayer } from "./weighting/combine/per-layer.ts";
export { protectPrimary } from "./weighting/combine/protect-primary.ts";
export { representation } from "./weighting/combine/representation.ts";
export { scaleAuxiliaries } from "./weighting/combine/scale-auxiliaries.ts";
export { smoothed } from "./weighting/combine/smoothed.ts";
export { warmup } from "./weighting/combine/warmup.ts";
export { conFig } from "./weighting/con-fig.ts";
export { dbMtl } from "./weighting/db-mtl.ts";
export { dualProj } from "./weighting/dual-proj.ts";
export { dwa } from "./weighting/dwa.ts";
export { fairgrad } from "./weighting/fairgrad.ts";
export { famo } from "./weighting/famo.ts";
export { gls } from "./weighting/gls.ts";
export { gradientAlignment } from "./weighting/gradient-alignment.ts";
export { gradientCosine } from "./weighting/gradient-cosine.ts";
export { gradientNormScaling } from "./weighting/gradient-norm-scaling.ts";
export { gradnorm } from "./weighting/gradnorm.ts";
export { gradvac } from "./weighting/gradvac.ts";
export { imtl } from "./weighting/imtl.ts";
export { imtlG } from "./weighting/imtl-g.ts";
export { imtlL } from "./weighting/imtl-l.ts";
export { krum } from "./weighting/krum.ts";
export { metaTartan } from "./weighting/meta-tartan.ts";
export { mgda } from "./weighting/mgda.ts";
export { modo } from "./weighting/modo.ts";
export { nashMtl } from "./weighting/nash-mtl.ts";
export { olAux } from "./weighting/ol-aux.ts";
export { pcgrad } from "./weighting/pcgrad.ts";
export { randomWeights } from "./weighting/random.ts";
export { rcgrad } from "./weighting/rcgrad.ts";
export { sdmgrad } from "./weighting/sdmgrad.ts";
export { singleTask } from "./weighting/single-task.ts";
export { slaw } from "./weighting/slaw.ts";
export { staticWeights } from "./weighting/static.ts";
export { stch } from "./weighting/stch.ts";
export { type TaskSamplingOptions, taskSampling } from "./weighting/task-sampling.ts";
export { uncertainty } from "./weighting/uncertainty.ts";
export { uniform } from "./weighting/uniform.ts";
export { upgrad } from "./weighting/upgrad.ts";
export type { Needs, Paper, View, Weighting } from "./weighting/weighting.ts";
