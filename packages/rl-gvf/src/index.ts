export {
  type Agent,
  type AgentOptions,
  createAgent,
  type SavedAgent,
  type UpdateReport,
} from "./agent/agent.ts";
export type { Auxiliary, AuxiliarySetting, MakeAuxiliary, Scene } from "./agent/auxiliary.ts";
export { type Checkpoint, readCheckpoint, writeCheckpoint } from "./agent/checkpoint.ts";
export type { ControlOptions } from "./agent/control-loss.ts";
export type { AgentEnvironments } from "./agent/environments.ts";
export type { Algorithm, AlgorithmSetting, Learner } from "./agent/learner.ts";
export { type Network, type NetworkOptions, network } from "./agent/network.ts";
export { type InnerEpsilonOptions, innerAdam, innerRmsprop } from "./agent/optimizers.ts";
export { type PpoOptions, ppo } from "./agent/ppo.ts";
export { type QuestionsOptions, questions } from "./agent/questions.ts";
export type { Rollout, RolloutShape } from "./agent/rollout.ts";
export { type ConvolutionOptions, type TorsoOptions, torsoSettings } from "./agent/torso.ts";
export { type CurlOptions, curl } from "./baseline/curl.ts";
export { discountedSums } from "./baseline/discounted-sums.ts";
export { inverseModel } from "./baseline/inverse-model.ts";
export { type MultiHorizonOptions, multiHorizonValues } from "./baseline/multi-horizon-values.ts";
export { type PixelControlOptions, pixelControl } from "./baseline/pixel-control.ts";
export { type RewardPredictionOptions, rewardPrediction } from "./baseline/reward-prediction.ts";
export { terminationPrediction } from "./baseline/termination-prediction.ts";
export { type ValueReplayOptions, valueReplay } from "./baseline/value-replay.ts";
export { type Bridge, type BridgeOptions, startBridge } from "./bridge/bridge.ts";
export { type AtariOptions, type AtariPreset, atariPresets } from "./bridge/presets.ts";
export { type CatchState, catchBall } from "./diagnostic/catch.ts";
export { type DeepSeaOptions, type DeepSeaState, deepSea } from "./diagnostic/deep-sea.ts";
export { type MemoryChainOptions, type MemoryChainState, memoryChain } from "./diagnostic/memory-chain.ts";
export {
  type GridOptions,
  gridProcess,
  type ReadoutGridState,
  readoutGrid,
} from "./diagnostic/readout-grid.ts";
export { type Batch, createBatch } from "./environment/batch.ts";
export { type FrameStack, frameStack } from "./environment/frame-stack.ts";
export { fromRules, type Rules, type Saved } from "./environment/from-rules.ts";
export { restrictActions } from "./environment/restrict-actions.ts";
export { type SeededVectorOptions, seededVector } from "./environment/seeded-vector.ts";
export { type StickyState, stickyActions } from "./environment/sticky-actions.ts";
export {
  type AutoresetMode,
  type Episode,
  type VectorEnvironment,
  type VectorState,
  vectorEnvironment,
} from "./environment/vector.ts";
export {
  type Environment,
  type ObservationBuffer,
  type ObservationSpace,
  observationSize,
  type RandomSource,
  type Transition,
} from "./environment.ts";
export { RlGvfError, type RlGvfErrorCode } from "./error.ts";
export { type EvaluateOptions, type Evaluation, evaluate } from "./evaluate/evaluate.ts";
export { humanNormalised, type ReferenceScores } from "./evaluate/human-normalised.ts";
export { type MazeOptions, maze } from "./maze/maze.ts";
export {
  type MazeObject,
  type MazeState,
  type MazeTask,
  type MazeTaskName,
  mazeTasks,
} from "./maze/tasks.ts";
export { type Game, type MinatarOptions, minatar } from "./minatar/game.ts";
export { minatarGames } from "./minatar/games.ts";
export { answerQuestions } from "./question/answers.ts";
export {
  expectedFeatures,
  type MarkovDecisionProcess,
  type Policy,
  stateValues,
  uniformPolicy,
} from "./question/chain.ts";
export {
  EVERY_ACTION,
  NO_ACTION,
  type QuestionChoices,
  type QuestionNetwork,
  type QuestionOptions,
  questionNetwork,
  seededChoices,
} from "./question/network.ts";
export {
  type RandomFeatureOptions,
  type RandomFeatures,
  randomFeatureSettings,
  randomFeatures,
  transitionFeatures,
} from "./question/random-features.ts";
export { gradientScale, predictionCount, questionMask, tdLoss, tdTargets } from "./question/targets.ts";
export { animation } from "./record/animation.ts";
export { apng } from "./record/apng.ts";
export type { Animation, AnimationOptions } from "./record/frames.ts";
export { gif } from "./record/gif.ts";
export { type Picture, picture } from "./record/picture.ts";
export { type RecordOptions, recordEpisode } from "./record/record-episode.ts";
