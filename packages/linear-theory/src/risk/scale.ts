import { LinearTheoryError } from "../error.ts";
import { checkProblem, type Problem, type Risk, risk } from "../problem.ts";

/**
 * Weights divided by the largest of them: only their ratios matter, and numbers near 1 neither overflow nor vanish.
 *
 * @throws LinearTheoryError `bad-option` when their number is not `tasks`, one is negative or not finite, or all are 0.
 */
export function scaledWeights(weights: readonly number[], tasks: number): number[] {
  checkLength(weights, tasks);
  for (const [task, weight] of weights.entries())
    if (!(weight >= 0)) throw bad(`weights[${task}] must be at least 0, not ${weight}.`, { task, weight });
  const most = Math.max(...weights);
  if (most === 0) throw bad("All weights are 0: give at least one task a positive weight.", {});
  return weights.map((weight) => weight / most);
}

/**
 * Weights divided by their sum, for estimators in which negative weights make sense.
 *
 * @throws LinearTheoryError `bad-option` when their number is not `tasks`, one is not finite, or they sum to 0.
 */
export function sharesOfSum(weights: readonly number[], tasks: number): number[] {
  checkLength(weights, tasks);
  const most = Math.max(...weights.map(Math.abs));
  const scaled = weights.map((weight) => weight / most);
  const sum = scaled.reduce((total, weight) => total + weight, 0);
  if (!(Math.abs(sum) > 1e-15 * tasks))
    throw bad("The weights sum to 0, so their weighted mean does not exist.", { weights });
  return scaled.map((weight) => weight / sum);
}

/**
 * A problem with noise and shifts divided by the largest of them, and that number: every risk is linear in both together. The scale of a
 * problem without noise and shifts is 0.
 *
 * @throws LinearTheoryError `bad-problem`, see `checkProblem`.
 */
export function scaledProblem(problem: Problem): { readonly problem: Problem; readonly scale: number } {
  checkProblem(problem);
  const { noise, shifts } = problem;
  const scale = Math.max(...noise, ...shifts.map((row, k) => row[k]!));
  const unit = scale > 0 ? scale : 1;
  return {
    problem: {
      ...problem,
      noise: noise.map((value) => value / unit),
      shifts: shifts.map((row) => row.map((value) => value / unit)),
    },
    scale,
  };
}

/** The risk of a scaled problem, in the problem's own units. */
export function unscaled(
  scale: number,
  bias2: number,
  variance: number,
  exact: boolean,
  caution?: string,
): Risk {
  return risk(scale * bias2, scale * variance, exact, caution);
}

/** v' G v, the squared length of a weighted sum of the shifts. */
export function quadratic(matrix: Problem["shifts"], vector: readonly number[]): number {
  let sum = 0;
  for (const [j, row] of matrix.entries())
    for (const [k, value] of row.entries()) sum += vector[j]! * vector[k]! * value;
  return sum;
}

function checkLength(weights: readonly number[], tasks: number): void {
  if (weights.length !== tasks)
    throw bad(
      `There are ${weights.length} weights for ${tasks} tasks: give one a task, the primary's first.`,
      {
        weights: weights.length,
        tasks,
      },
    );
  for (const [task, weight] of weights.entries())
    if (!Number.isFinite(weight))
      throw bad(`weights[${task}] must be finite, not ${weight}.`, { task, weight });
}

function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-option", message, details);
}
