import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import { addSymmetricProduct } from "../linalg/gram.ts";
import type { Problem } from "../problem.ts";
import type { ShiftProblem } from "../risk/equivalent-shift.ts";
import { scaledWeights } from "../risk/scale.ts";
import { type Population, populationOf } from "./population.ts";
import {
  type Replicate,
  requireRows,
  type SimulatedRisk,
  type SimulationOptions,
  simulation,
  squaredNorm,
} from "./summary.ts";

/**
 * The risk of weighted pooled least squares by Monte Carlo: each replicate draws data for all tasks, minimises
 * Σ_k a_k |y_k - X_k w|², and measures (w - w_0)' Sigma_0 (w - w_0).
 *
 * @param weights a_k ≥ 0 on sums of squares, length T; only their ratios matter. A task of weight 0 is not drawn.
 * @throws LinearTheoryError `infinite-risk` unless the tasks with a weight have more than D + 1 rows together; `bad-option` for the weights;
 * `bad-problem`, `shape`, `non-finite` or `singular` for the problem.
 * Cost a replicate: T D³/6 + D³/6 multiplications and T D²/2 normals; with `design: "rows"` N D²/2 and N D instead. D = 20, 30 + 60 rows:
 * see bench/speed/monte-carlo.ts.
 *
 * @example
 * simulatePooled({ features: 20, rows: [30, 60], noise: [1, 1], shifts: [[0, 0], [0, 0.3]] }, [1, 0.5], { replicates: 10_000, seed: 0 }).risk;
 */
export function simulatePooled(
  problem: Problem | ShiftProblem,
  weights: readonly number[],
  options: SimulationOptions,
): SimulatedRisk {
  const population = populationOf(problem);
  return simulation(population, pooledReplicate(population, weights), options);
}

export function pooledReplicate(population: Population, weights: readonly number[]): Replicate {
  const { features: d, rows, deviations, differences } = population;
  const scaled = scaledWeights(weights, rows.length);
  const used = scaled.flatMap((a, task) => (a > 0 && rows[task]! > 0 ? [task] : []));
  const total = used.reduce((sum, task) => sum + rows[task]!, 0);
  requireRows(total, d, "the pool of the weighted tasks");
  const gram = new Float64Array(d * d);
  const pooled = new Float64Array(d * d);
  const bias = new Float64Array(d);
  const noise = new Float64Array(d);
  return (draw, out) => {
    pooled.fill(0);
    bias.fill(0);
    noise.fill(0);
    for (const task of used) {
      const a = scaled[task]!;
      draw.design(task, gram);
      for (let i = 0; i < d; i++) for (let at = i * d; at <= i * d + i; at++) pooled[at]! += a * gram[at]!;
      if (task > 0) addSymmetricProduct(gram, d, differences[task]!, a, bias);
      draw.noise(a * deviations[task]!, noise);
    }
    cholesky(pooled, d);
    out[0] = squaredNorm(population, choleskySolve(pooled, d, bias));
    out[1] = squaredNorm(population, choleskySolve(pooled, d, noise));
  };
}
