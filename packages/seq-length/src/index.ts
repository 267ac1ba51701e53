export { association } from "./auxiliary/association.ts";
export { COUPLED_PREDICTION, coupledPrediction } from "./auxiliary/coupled-prediction.ts";
export {
  count,
  fill,
  following,
  type HintRule,
  hint,
  max,
  min,
  predecessor,
  setDifference,
  successor,
} from "./auxiliary/hint.ts";
export { indexHints } from "./auxiliary/index-hints.ts";
export { priming } from "./auxiliary/priming.ts";
export { type RestrictionOptions, restriction } from "./auxiliary/restriction.ts";
export type { Source } from "./auxiliary/source.ts";
export { type WholePositions, whole, wholeExample } from "./auxiliary/whole.ts";
export { type HeadMargins, headMargins } from "./bound/head-margin.ts";
export {
  type HeadPrediction,
  predictSafeLengths,
  type SafeLengths,
} from "./bound/predict-safe-length.ts";
export { type RestrictedContext, restrictContext } from "./bound/restrict-context.ts";
export {
  outputShift,
  type RestrictionSize,
  ratioAtLength,
  restrictedRatio,
  safeLength,
} from "./bound/safe-length.ts";
export { wrongRatio } from "./bound/wrong-ratio.ts";
export {
  type AttentionMaps,
  type AttentionSupport,
  attentionMaps,
  meanMap,
  wrongAttention,
} from "./evaluate/attention-map.ts";
export { scoreLengths, type TestOptions, testExamples } from "./evaluate/by-length.ts";
export { type HeadReach, type HeadReachOptions, headReach } from "./evaluate/head-reach.ts";
export { supportAt } from "./evaluate/support-at.ts";
export {
  type Predictor,
  type PredictorOptions,
  predictor as teacherForced,
} from "./evaluate/teacher-forced.ts";
export type { Example } from "./example.ts";
export { type AnswerScore, scoreAnswer } from "./metric/answer-score.ts";
export { type CurvePoint, type Extrapolation, extrapolation, largestLength } from "./metric/extrapolation.ts";
export { type LengthScore, summarizeLength } from "./metric/length-score.ts";
export { type Interval, wilsonInterval } from "./metric/wilson.ts";
export {
  type AttentionScale,
  fixedTemperature,
  logn,
  ssmax,
  tempered,
  unscaled,
} from "./model/attention-scale.ts";
export { type Limits, limitsOf, type Padded, pad } from "./model/batch.ts";
export {
  type Attended,
  type Decoder,
  type DecoderOptions,
  type DecoderParams,
  type DecoderTensors,
  makeDecoder,
} from "./model/decoder.ts";
export {
  type Generator,
  type GeneratorOptions,
  generator,
  type Prompt,
  uncachedGenerator,
} from "./model/generate.ts";
export { abacus } from "./model/position/abacus.ts";
export { alibi } from "./model/position/alibi.ts";
export { coupled } from "./model/position/coupled.ts";
export type { PositionEncoding, Rotation, Sizes } from "./model/position/encoding.ts";
export { fire } from "./model/position/fire.ts";
export { learned } from "./model/position/learned.ts";
export { none } from "./model/position/none.ts";
export { rope } from "./model/position/rope.ts";
export { sinusoidal } from "./model/position/sinusoidal.ts";
export { t5Bias } from "./model/position/t5-bias.ts";
export { type SequenceBatch, sequenceModel, sequenceTask } from "./model/sequence-model.ts";
export { abacusPositions } from "./positions/abacus.ts";
export { offsetPositions } from "./positions/offset.ts";
export { randomizedPositions } from "./positions/randomized.ts";
export { type AdditionOptions, addition, binaryAddition } from "./task/addition.ts";
export { binaryMultiplication } from "./task/binary-multiplication.ts";
export { computeSqrt } from "./task/compute-sqrt.ts";
export { type CopyOptions, copy } from "./task/copy.ts";
export { counting } from "./task/counting.ts";
export { cycleNavigation } from "./task/cycle-navigation.ts";
export { duplicateString } from "./task/duplicate-string.ts";
export { evenPairs } from "./task/even-pairs.ts";
export { increment } from "./task/increment.ts";
export { missingDuplicate } from "./task/missing-duplicate.ts";
export { mode } from "./task/mode.ts";
export { modularArithmetic } from "./task/modular-arithmetic.ts";
export { modularArithmeticBrackets } from "./task/modular-arithmetic-brackets.ts";
export { mqar } from "./task/mqar.ts";
export { oddsFirst } from "./task/odds-first.ts";
export { parity, parityCheck } from "./task/parity.ts";
export { type ReversalOptions, reversal, reverseString } from "./task/reversal.ts";
export { solveEquation } from "./task/solve-equation.ts";
export { bucketSort, type SortingOptions, sorting } from "./task/sorting.ts";
export { sortingScratchpad } from "./task/sorting-scratchpad.ts";
export { stackManipulation } from "./task/stack-manipulation.ts";
export {
  type Context,
  type Coupling,
  type Instance,
  type Item,
  type SequenceTask,
  type SparseRule,
  type Support,
  sequenceLength,
} from "./task/task.ts";
export type { WindowKey } from "./task/window-key.ts";
export {
  type Budget,
  budgetOf,
  type SequenceBatchesOptions,
  sequenceBatches,
  stepsFor,
} from "./train/batches.ts";
export { curriculum, type LengthRule } from "./train/curriculum.ts";
export { type Drawn, type MixedTask, type Mixing, placed } from "./train/mixture.ts";
export { type Trained, type TrainOptions, trainDecoder } from "./train/train.ts";
export { BLANK, END, PADDING, SEPARATOR, type Vocabulary, vocabulary } from "./vocabulary.ts";
