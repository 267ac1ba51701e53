import type { Problem } from "../problem.ts";
import { equivalentRisk } from "../risk/equivalent.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { bestWeights } from "../weights/optimal-weights.ts";

/** Weights of three tasks that sum to 1, and the risk there relative to the primary alone. */
export interface SimplexPoint {
  readonly weights: readonly number[];
  readonly ratio: number;
}

/** The risk over all weights of three tasks. */
export interface SimplexFigure {
  readonly problem: Problem;
  /**
   * R / R_0 at the middles of the cells of a grid over the triangle with corners (0, 0): primary, (1, 0): auxiliary 1 and (1/2, √3/2):
   * auxiliary 2, and `rim` around it; row by row from below. Outside the triangle negative weights are taken as 0, so that contours reach its edge.
   */
  readonly ratios: readonly number[];
  readonly columns: number;
  readonly rows: number;
  readonly best: SimplexPoint;
  readonly equal: SimplexPoint;
  /** Weights 1 / s_k², which are best where the tasks share their coefficients (generalised least squares). */
  readonly generalised: SimplexPoint;
}

/** The height of the triangle. */
export const altitude: number = Math.sqrt(3) / 2;
/** What the grid covers on all sides of it. */
export const rim = 0.02;

/** Figure 7: 8 features, a near and noisy auxiliary beside a far and clean one, by the equivalent. Cost: `columns` · `rows` equivalents. */
export function simplexFigure(columns = 101, rows = 89): SimplexFigure {
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
  return {
    problem,
    columns,
    rows,
    ratios: Array.from({ length: columns * rows }, (_, cell) => {
      const up = ((Math.floor(cell / columns) + 0.5) / rows) * (altitude + 2 * rim) - rim;
      const across = (((cell % columns) + 0.5) / columns) * (1 + 2 * rim) - rim;
      const second = up / altitude;
      const first = across - second / 2;
      return at([1 - first - second, first, second].map((value) => Math.max(0, value))).ratio;
    }),
    best: at(bestWeights(problem, { design: "pooled" })),
    equal: at([1, 1, 1]),
    generalised: at(problem.noise.map((s2) => 1 / s2)),
  };
}
