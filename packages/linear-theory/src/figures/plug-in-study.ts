import { moments, type TaskData } from "../data.ts";
import { jamesSteinTransfer } from "../plug-in/james-stein.ts";
import { plugInWeights } from "../plug-in/plug-in-weights.ts";
import type { Problem } from "../problem.ts";
import { random } from "../random.ts";
import { pooledFit } from "../risk/mallows-cp.ts";
import { drawData } from "../simulate/data.ts";
import { bestWeights } from "../weights/optimal-weights.ts";

export interface Ratio {
  readonly mean: number;
  readonly se: number;
}

/** Weights chosen from data beside the best ones, which know noise and shift. */
export interface WeightStudy {
  /** Risk at the chosen weights / risk at the best weights, over the same data sets. */
  readonly regret: Ratio;
  /** Weight of the auxiliary, of two weights that sum to 1. */
  readonly best: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Draws data sets of two tasks and fits each at weights chosen from it and at the best weights. Cost: about n D² multiplications a data set, some 0.3 ms at 100 rows. */
export function weightStudy(problem: Problem, replicates: number, seed: number): WeightStudy {
  const best = bestWeights(problem, { design: "pooled" });
  const weights: number[] = [];
  const [chosen, known] = losses(problem, replicates, seed, [
    (tasks) => {
      const plugIn = plugInWeights(tasks);
      weights.push(plugIn.weights[1]!);
      return plugIn.coefficients;
    },
    pooledAt(best),
  ]);
  const mean = average(weights);
  return {
    regret: ratio(chosen!, known!),
    best: best[1]!,
    mean,
    deviation: Math.sqrt(average(weights.map((value) => (value - mean) ** 2))),
  };
}

/** Risks of ways to use an auxiliary over the risk of the primary alone, over the same data sets. */
export interface WaysStudy {
  readonly plugIn: Ratio;
  readonly jamesStein: Ratio;
  readonly best: Ratio;
  readonly equal: Ratio;
}

/** Draws data sets of two tasks and fits each in every way. Cost: some 0.5 ms a data set of 100 rows. */
export function waysStudy(problem: Problem, replicates: number, seed: number): WaysStudy {
  const [alone, ...ways] = losses(problem, replicates, seed, [
    pooledAt([1, 0]),
    (tasks) => plugInWeights(tasks).coefficients,
    (tasks) => jamesSteinTransfer(tasks).coefficients,
    pooledAt(bestWeights(problem, { design: "pooled" })),
    pooledAt([1, 1]),
  ]);
  const [plugIn, jamesStein, best, equal] = ways.map((loss) => ratio(loss, alone!));
  return { plugIn: plugIn!, jamesStein: jamesStein!, best: best!, equal: equal! };
}

type Fit = (tasks: readonly TaskData[]) => Iterable<number>;

const pooledAt =
  (weights: readonly number[]): Fit =>
  (tasks) =>
    pooledFit(moments(tasks), weights).coefficients;

/** One list of losses a fit. The primary's coefficients are 0 and Sigma is the unit matrix, so the loss is the squared length of the estimate. */
function losses(problem: Problem, replicates: number, seed: number, fits: readonly Fit[]): number[][] {
  const source = random(seed);
  const found: number[][] = fits.map(() => []);
  for (let replicate = 0; replicate < replicates; replicate++) {
    const tasks = drawData(problem, source);
    for (const [i, fit] of fits.entries())
      found[i]!.push(Array.from(fit(tasks)).reduce((sum, value) => sum + value * value, 0));
  }
  return found;
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Mean over mean of pairs, with the standard error of the first order: that of the mean of (a - ratio b) / mean b. */
function ratio(a: readonly number[], b: readonly number[]): Ratio {
  const [base, mean] = [average(b), average(a) / average(b)];
  const spread = average(a.map((value, i) => (value - mean * b[i]!) ** 2));
  return { mean, se: Math.sqrt(spread / (a.length - 1)) / base };
}
