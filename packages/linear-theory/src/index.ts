export { LinearTheoryError, type LinearTheoryErrorCode } from "./error.ts";
export { checkProblem, type Problem, type Risk } from "./problem.ts";
export { simulateAveraged, simulateShared } from "./simulate/averaged.ts";
export { simulatePooled } from "./simulate/pooled.ts";
export { type Population, populationOf } from "./simulate/population.ts";
export type { Estimate, SimulatedRisk, SimulationOptions } from "./simulate/summary.ts";
