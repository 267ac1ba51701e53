export { LinearTheoryError, type LinearTheoryErrorCode } from "./error.ts";
export {
  type AlternatingFit,
  type AlternatingOptions,
  alternatingNetwork,
  type TaskSamples,
} from "./network/alternating.ts";
export {
  type AutoCandidate,
  type AutoNetwork,
  type AutoNetworkOptions,
  autoNetwork,
} from "./network/auto.ts";
export {
  type NetworkBound,
  type NetworkBoundKind,
  type NetworkBoundOptions,
  networkBound,
} from "./network/bound.ts";
export { type FirstOrderRisk, networkFirstOrder, networkWeights } from "./network/first-order.ts";
export {
  type MonteCarloOptions,
  type NetworkMonteCarlo,
  networkMonteCarlo,
  type SimulatedMean,
} from "./network/monte-carlo.ts";
export { type ReducedRank, reducedRank, type SharedDesign } from "./network/reduced-rank.ts";
export { checkNetwork, type LinearNetwork, linearNetwork, type NetworkProblem } from "./network/setting.ts";
export {
  type BoundStudyRow,
  networkBoundStudy,
  networkSureStudy,
  type StudyOptions,
  type SureStudyRow,
} from "./network/study.ts";
export { type NetworkSure, networkSure } from "./network/sure.ts";
export { checkProblem, type Problem, type Risk } from "./problem.ts";
export { type DataEnrichedFit, type DataEnrichedPenalty, dataEnriched } from "./related/data-enriched.ts";
export {
  bestRidgeToSource,
  doubleDescentCurve,
  type IsotropicProblem,
  minimumNormRisk,
  ridgeToSourceRisk,
} from "./related/double-descent.ts";
export { crossValidatedPenalty, lasso, type Samples } from "./related/lasso.ts";
export {
  type AggregatedTransLasso,
  aggregatedTransLasso,
  type TransLassoFit,
  type TransLassoOptions,
  transLasso,
} from "./related/trans-lasso.ts";
