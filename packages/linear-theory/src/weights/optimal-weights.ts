import { riskRatio } from "../benefit/benefit.ts";
import { LinearTheoryError } from "../error.ts";
import type { Rows } from "../linalg/matrix.ts";
import { checkProblem, type Problem, type Risk } from "../problem.ts";
import { type Design, designRisk } from "../risk/design-risk.ts";
import { type FixedDesign, prepareDesign, preparedRisk, preparedSingle } from "../risk/fixed-design.ts";
import { riskMatrix } from "../risk/risk-matrix.ts";
import { scaledProblem } from "../risk/scale.ts";
import { sharedDesignRisk } from "../risk/shared-design.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { equalityQp } from "./equality-qp.ts";
import { fixedDesignWeights } from "./fixed-design-weights.ts";
import { pooledShares } from "./pooled-shares.ts";
import { simplexQp } from "./simplex-qp.ts";

/** The best weights and what they bring. */
export interface OptimalWeights {
  /** Length T, the primary's first; they sum to 1. For pooled and fixed designs they multiply the tasks' squared errors, otherwise the tasks' own coefficients. */
  readonly weights: readonly number[];
  /** The risk at these weights. */
  readonly risk: Risk;
  /** The risk of the primary alone. */
  readonly single: Risk;
  /** risk / single: at most 1, but for the error of an inexact formula. */
  readonly ratio: number;
}

/** Options of `optimalWeights`. */
export interface OptimalWeightsOptions {
  readonly design: Design;
  /** Shared and averaged designs only: allow negative weights. Default false. */
  readonly negative?: boolean;
  /** Shared design only: S, the covariance of the labels' errors across tasks. Default diag(s_k²). */
  readonly noiseCovariance?: Rows;
}

/**
 * The weights with the smallest risk. "shared" and "average": a quadratic programme, exact. "pooled": the optimum of the equivalent (quartic or Newton's method); measured
 * with the exact risk of two tasks it lost less than 0.001 %. "fixed": descent on the exact risk of given rows. With noise in the primary the best weights are always
 * better than the primary alone; tasks are left out by weight 0.
 *
 * @throws LinearTheoryError `infinite-risk` when no weights have a finite risk, `not-converged`, and what the checks of the input throw.
 * Cost: "shared", "average" O(T³); "pooled" about 10 steps of O(T³), and the exact risk of two tasks; "fixed" about 100 gradients of `fixedDesignRisk`.
 */
export function optimalWeights(problem: Problem, options: OptimalWeightsOptions): OptimalWeights;
export function optimalWeights(problem: FixedDesign, options: { readonly design: "fixed" }): OptimalWeights;
export function optimalWeights(
  problem: Problem | FixedDesign,
  options: OptimalWeightsOptions | { readonly design: "fixed" },
): OptimalWeights {
  if (options.design === "fixed") return bestOfFixed(problem as FixedDesign);
  const { design, noiseCovariance } = options;
  const random = problem as Problem;
  const weights = bestWeights(random, options);
  const risk =
    noiseCovariance !== undefined && design === "shared"
      ? sharedDesignRisk(random, weights, noiseCovariance)
      : designRisk(random, weights, design);
  const primary = noiseCovariance === undefined ? random.noise[0]! : noiseCovariance[0]![0]!;
  const single = singleTaskRisk({ ...random, noise: [primary, ...random.noise.slice(1)] });
  return { weights, risk, single, ratio: riskRatio(risk.risk, single.risk) };
}

/** The weights alone, without the cost of their exact risk. They sum to 1. */
export function bestWeights(
  problem: Problem,
  { design, negative = false, noiseCovariance }: OptimalWeightsOptions,
): number[] {
  const { features, rows, noise } = checkProblem(problem);
  const certain = noiseCovariance === undefined ? noise[0] === 0 : noiseCovariance[0]?.[0] === 0;
  // Least squares without noise finds the primary's coefficients: no other task can add to that.
  if (certain && rows[0]! >= features) return rows.map((_, k) => (k === 0 ? 1 : 0));
  if (design === "pooled") return bestPooled(problem);
  const q = riskMatrix(problem, design, noiseCovariance);
  const finite = [...q.keys()].filter((k) => q[k]![k]! < Number.POSITIVE_INFINITY);
  if (finite.length === 0) throw infinite("every task on its own", Math.max(...rows), features);
  const solve = negative ? equalityQp : simplexQp;
  const found = solve(finite.map((j) => finite.map((k) => q[j]![k]!))).weights;
  return spread(found, finite, rows.length);
}

/** Shares of the equivalent, turned into weights a_k ∝ p_k / (n_k - κ p_k). */
function bestPooled(problem: Problem): number[] {
  const { problem: unit, scale } = scaledProblem(problem);
  const { features, rows, noise, shifts } = unit;
  const total = rows.reduce((sum, n) => sum + n, 0);
  if (total <= features + 1) throw infinite("the pool of all tasks", total, features);
  if (scale === 0) return rows.map((n) => n / total);
  const filled = [...rows.keys()].filter((k) => rows[k]! > 0);
  const kept = {
    features,
    rows: filled.map((k) => rows[k]!),
    noise: filled.map((k) => noise[k]!),
    shifts: filled.map((j) => filled.map((k) => shifts[j]![k]!)),
  };
  const kappa = features + 1;
  const weights = pooledShares(kept).map((p, k) => {
    const n = kept.rows[k]!;
    return p / Math.max(n - kappa * p, 1e-15 * n);
  });
  return spread(sumToOne(weights), filled, rows.length);
}

function bestOfFixed(problem: FixedDesign): OptimalWeights {
  const design = prepareDesign(problem);
  const weights = sumToOne(fixedDesignWeights(design));
  const risk = preparedRisk(design, weights);
  const single = preparedSingle(design);
  // A primary without noise is exact alone, which descent in log a only approaches.
  if (single.risk <= risk.risk)
    return { weights: weights.map((_, k) => (k === 0 ? 1 : 0)), risk: single, single, ratio: 1 };
  return { weights, risk, single, ratio: riskRatio(risk.risk, single.risk) };
}

function sumToOne(weights: readonly number[]): number[] {
  const most = Math.max(...weights);
  const sum = weights.reduce((total, weight) => total + weight / most, 0);
  return weights.map((weight) => weight / most / sum);
}

/** Weights of the tasks `kept`, with 0 for all others. */
function spread(weights: readonly number[], kept: readonly number[], tasks: number): number[] {
  const out = new Array<number>(tasks).fill(0);
  for (const [i, k] of kept.entries()) out[k] = weights[i]!;
  return out;
}

function infinite(what: string, rows: number, features: number): LinearTheoryError {
  return new LinearTheoryError(
    "infinite-risk",
    `No weights have a finite risk: ${what} has at most ${rows} rows for ${features} features, and least squares needs more than ${features + 1}. Add rows or a ridge, or drop features.`,
    { rows, features },
  );
}
