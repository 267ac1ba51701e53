import type { Problem } from "../problem.ts";
import { equivalentRisk } from "../risk/equivalent.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { bestWeights } from "../weights/optimal-weights.ts";

/** A place on the simplex of three weights that sum to 1, and the risk there relative to the primary alone. */
export interface SimplexPoint {
  readonly weights: readonly number[];
  readonly ratio: number;
}

/** The risk over all weights of three tasks. */
export interface SimplexFigure {
  readonly problem: Problem;
  /** All weights that are multiples of 1 / `steps`; points without a finite risk are left out. */
  readonly points: readonly SimplexPoint[];
  readonly steps: number;
  readonly best: SimplexPoint;
  readonly equal: SimplexPoint;
  /** Weights 1 / s_k², which are best where the tasks share their coefficients (generalised least squares). */
  readonly generalised: SimplexPoint;
}

/** Figure 7: 8 features, a near and noisy auxiliary beside a far and clean one. By the equivalent. Cost: about 5,000 equivalents. */
export function simplexFigure(steps = 100): SimplexFigure {
  const problem: Problem = {
    features: 8,
    rows: [24, 40, 60],
    noise: [1, 2, 0.3],
    shifts: [
      [0, 0, 0],
      [0, 0.15, -0.1],
      [0, -0.1, 0.8],
    ],
  };
  const single = singleTaskRisk(problem).risk;
  const at = (given: readonly number[]): SimplexPoint => {
    const sum = given.reduce((a, b) => a + b, 0);
    const weights = given.map((value) => value / sum);
    return { weights, ratio: equivalentRisk(problem, weights).risk / single };
  };
  const points: SimplexPoint[] = [];
  for (let i = 0; i <= steps; i++)
    for (let j = 0; i + j <= steps; j++) points.push(at([steps - i - j, i, j].map((count) => count / steps)));
  return {
    problem,
    points: points.filter(({ ratio }) => Number.isFinite(ratio)),
    steps,
    best: at(bestWeights(problem, { design: "pooled" })),
    equal: at([1, 1, 1]),
    generalised: at(problem.noise.map((s2) => 1 / s2)),
  };
}
