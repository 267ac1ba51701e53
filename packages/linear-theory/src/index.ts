export { LinearTheoryError, type LinearTheoryErrorCode } from "./error.ts";
export {
  type NetworkBound,
  type NetworkBoundKind,
  type NetworkBoundOptions,
  networkBound,
} from "./network/bound.ts";
export { type FirstOrderRisk, networkFirstOrder, networkWeights } from "./network/first-order.ts";
export { type ReducedRank, reducedRank, type SharedDesign } from "./network/reduced-rank.ts";
export { checkNetwork, type LinearNetwork, linearNetwork, type NetworkProblem } from "./network/setting.ts";
export { type NetworkSure, networkSure } from "./network/sure.ts";
export { checkProblem, type Problem, type Risk } from "./problem.ts";
