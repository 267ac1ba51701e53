import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import type { Problem } from "../problem.ts";
import type { ShiftProblem } from "../risk/equivalent-shift.ts";
import { sharesOfSum } from "../risk/scale.ts";
import { sharedRows } from "../risk/shared-design.ts";
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
 * The risk of a weighted mean of separate least-squares fits by Monte Carlo: w = Σ_k α_k w_k^OLS, each task with rows of its own.
 *
 * @param shares α, length T, any sign; divided by their sum.
 * @throws LinearTheoryError `infinite-risk` unless every task with a share has more than D + 1 rows; `bad-option` where the shares sum to 0.
 * Cost a replicate: T D³/3 multiplications and T D²/2 normals.
 */
export function simulateAveraged(
  problem: Problem | ShiftProblem,
  shares: readonly number[],
  options: SimulationOptions,
): SimulatedRisk {
  const population = populationOf(problem);
  return simulation(population, averagedReplicate(population, shares), options);
}

export function averagedReplicate(population: Population, shares: readonly number[]): Replicate {
  const { features: d, rows, deviations } = population;
  const alpha = sharesOfSum(shares, rows.length);
  const used = alpha.flatMap((share, task) => (share === 0 ? [] : [task]));
  for (const task of used) requireRows(rows[task]!, d, `task ${task}`);
  const bias2 = squaredNorm(population, meanDifference(population, alpha));
  const factor = new Float64Array(d * d);
  const own = new Float64Array(d);
  const noise = new Float64Array(d);
  return (draw, out) => {
    noise.fill(0);
    for (const task of used) {
      own.fill(0);
      draw.design(task, factor);
      draw.noise(alpha[task]! * deviations[task]!, own);
      choleskySolve(cholesky(factor, d), d, own);
      for (let i = 0; i < d; i++) noise[i]! += own[i]!;
    }
    out[0] = bias2;
    out[1] = squaredNorm(population, noise);
  };
}

/**
 * The risk of tasks that share one design by Monte Carlo: X_k = X, so that pooling with weights a and averaging with shares a / Σa are the same.
 *
 * @param shares α, length T, any sign; divided by their sum.
 * @throws LinearTheoryError `bad-problem` unless all tasks have the same number of rows; `infinite-risk` up to D + 1 rows.
 * Cost a replicate: D³/3 multiplications, D²/2 + T D normals.
 */
export function simulateShared(
  problem: Problem,
  shares: readonly number[],
  options: SimulationOptions,
): SimulatedRisk {
  const population = populationOf(problem);
  return simulation(population, sharedReplicate(population, shares), options);
}

export function sharedReplicate(population: Population, shares: readonly number[]): Replicate {
  const { features: d, rows, deviations } = population;
  const alpha = sharesOfSum(shares, rows.length);
  requireRows(sharedRows(rows), d, "the shared design");
  const bias2 = squaredNorm(population, meanDifference(population, alpha));
  const factor = new Float64Array(d * d);
  const noise = new Float64Array(d);
  return (draw, out) => {
    noise.fill(0);
    draw.design(0, factor);
    for (const [task, share] of alpha.entries()) draw.noise(share * deviations[task]!, noise);
    out[0] = bias2;
    out[1] = squaredNorm(population, choleskySolve(cholesky(factor, d), d, noise));
  };
}

/** Σ_k α_k (w_k - w_0): the bias of a mean of unbiased fits, whatever the designs. */
function meanDifference({ features, differences }: Population, alpha: readonly number[]): Float64Array {
  const mean = new Float64Array(features);
  for (const [task, share] of alpha.entries())
    for (let i = 0; i < features; i++) mean[i]! += share * differences[task]![i]!;
  return mean;
}
