import { checkProblem, type Problem, type Risk } from "../problem.ts";
import { averagingRisk } from "./averaging.ts";
import { equivalentRisk } from "./equivalent.ts";
import { pooledRisk } from "./pooled.ts";
import { sharedDesignRisk } from "./shared-design.ts";
import { twoTaskRisk } from "./two-task.ts";

/**
 * How the tasks' data meet: "shared" – all tasks label the same rows; "average" – every task is fitted on its own rows and the coefficients are averaged;
 * "pooled" – one least-squares fit to the weighted rows of all tasks.
 */
export type Design = "shared" | "average" | "pooled";

/**
 * The risk of a design at given weights by the best formula there is: exact for shared and averaged designs, for pooling with equal weights and for pooling two
 * tasks; the equivalent for pooling more tasks with unequal weights. `exact` says which.
 *
 * Throws and costs like the formula used.
 */
export function designRisk(problem: Problem, weights: readonly number[], design: Design): Risk {
  if (design === "shared") return sharedDesignRisk(problem, weights);
  if (design === "average") return averagingRisk(problem, weights);
  const { rows } = checkProblem(problem);
  if (weights.length === rows.length && weights[0]! > 0 && weights.every((weight) => weight === weights[0]))
    return pooledRisk(problem);
  return rows.length === 2 ? twoTaskRisk(problem, weights) : equivalentRisk(problem, weights);
}
