export type { NamedTask } from "./analyse/check.ts";
export type { TaskReport } from "./analyse/judge.ts";
export type { Fit } from "./analyse/prepare.ts";
export type { WeightsVerdict } from "./analyse/summary.ts";
export { type AnalyseOptions, analyse, type Verdict } from "./analyse.ts";
export { type Benefit, benefit } from "./benefit/benefit.ts";
export { type RowPhases, rowPhases } from "./benefit/row-phases.ts";
export { type ShiftThreshold, shiftThreshold } from "./benefit/shift-threshold.ts";
export { weightInterval } from "./benefit/weight-interval.ts";
export { type TaskData } from "./data.ts";
export { LinearTheoryError, type LinearTheoryErrorCode } from "./error.ts";
export { type Rows } from "./linalg/matrix.ts";
export { type AlternatingFit, type AlternatingOptions, alternatingNetwork } from "./network/alternating.ts";
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
export {
  type BenefitInterval,
  type BenefitIntervalOptions,
  benefitInterval,
} from "./plug-in/benefit-interval.ts";
export { type EstimatedProblem, estimateProblem } from "./plug-in/estimate-problem.ts";
export { type JamesStein, jamesSteinTransfer } from "./plug-in/james-stein.ts";
export { type PlugIn, type PlugInOptions, plugInWeights } from "./plug-in/plug-in-weights.ts";
export { checkProblem, type Problem, type Risk } from "./problem.ts";
export { type DataEnrichedFit, type DataEnrichedPenalty, dataEnriched } from "./related/data-enriched.ts";
export {
  bestRidgeToSource,
  doubleDescentCurve,
  type IsotropicProblem,
  minimumNormRisk,
  ridgeToSourceRisk,
} from "./related/double-descent.ts";
export { crossValidatedPenalty, type LassoOptions, lasso } from "./related/lasso.ts";
export {
  type AggregatedTransLasso,
  aggregatedTransLasso,
  type TransLassoFit,
  type TransLassoOptions,
  transLasso,
} from "./related/trans-lasso.ts";
export { averagingRisk } from "./risk/averaging.ts";
export { type Design, designRisk } from "./risk/design-risk.ts";
export { type EquivalentRisk, equivalentRisk } from "./risk/equivalent.ts";
export { equivalentShiftRisk, type ShiftProblem } from "./risk/equivalent-shift.ts";
export { type FixedDesign, fixedDesignGradient, fixedDesignRisk } from "./risk/fixed-design.ts";
export { mallowsCp } from "./risk/mallows-cp.ts";
export { pooledRisk, poolingCoefficients } from "./risk/pooled.ts";
export { riskMatrix } from "./risk/risk-matrix.ts";
export { sharedDesignRisk } from "./risk/shared-design.ts";
export { singleTaskRisk } from "./risk/single-task.ts";
export { type TwoTaskRisk, twoTaskRisk } from "./risk/two-task.ts";
export { simulateAveraged, simulateShared } from "./simulate/averaged.ts";
export { drawData } from "./simulate/data.ts";
export { simulatePooled } from "./simulate/pooled.ts";
export { type Estimate, type SimulatedRisk, type SimulationOptions } from "./simulate/summary.ts";
export { equalityQp } from "./weights/equality-qp.ts";
export {
  type OptimalWeights,
  type OptimalWeightsOptions,
  optimalWeights,
} from "./weights/optimal-weights.ts";
export { type QuadraticMinimum, simplexQp } from "./weights/simplex-qp.ts";
