export { LinearTheoryError, type LinearTheoryErrorCode } from "./error.ts";
export { checkProblem, type Problem, type Risk } from "./problem.ts";
