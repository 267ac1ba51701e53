import { riskRatio } from "../benefit/benefit.ts";
import type { TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import type { Risk } from "../problem.ts";
import { averagingRisk } from "../risk/averaging.ts";
import type { Design } from "../risk/design-risk.ts";
import { equivalentRisk } from "../risk/equivalent.ts";
import { pooledFit } from "../risk/mallows-cp.ts";
import { sharedDesignRisk } from "../risk/shared-design.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { bestWeights } from "../weights/optimal-weights.ts";
import { type EstimatedProblem, estimateFromFits } from "./estimate-problem.ts";
import { type OwnFit, ownFits } from "./own-fits.ts";

/** Weights chosen from data, and the fit they give. */
export interface PlugIn {
  /** Length T, sum 1, the primary's first. */
  readonly weights: readonly number[];
  /** The primary's coefficients at these weights, length D. */
  readonly coefficients: readonly number[];
  /** The risk of these weights if the estimates were true: optimistic, for the same data chose them. */
  readonly risk: Risk;
  /** The estimated risk of the primary alone. */
  readonly single: Risk;
  /** risk / single. */
  readonly ratio: number;
  readonly estimate: EstimatedProblem;
}

/** Options of `plugInWeights`. */
export interface PlugInOptions {
  /** Default "pooled". */
  readonly design?: Design;
  /** Shared and averaged designs only: allow negative weights. Default false. */
  readonly negative?: boolean;
}

/**
 * The best weights with noise and shifts replaced by their unbiased estimates (see `estimateProblem`). As all n_k grow with shifts fixed, the risk tends to that of
 * the best weights: in simulations with D = 5, Δ = 0.5, n_1 = 2 n_0 it was 1.22 times as large at n_0 = 20, 1.11 at 80, 1.03 at 320. It does not where shifts shrink like 1 / n;
 * there it stays at about 1.17, still well below the primary alone.
 *
 * @throws LinearTheoryError `bad-data` when a task has at most D rows, or a shared design's features differ between tasks; what `bestWeights` throws.
 * Cost: O(Σ n_k D² + T D³) and the weights' own.
 */
export function plugInWeights(tasks: readonly TaskData[], options: PlugInOptions = {}): PlugIn {
  const { design = "pooled", negative = false } = options;
  if (design === "shared") checkShared(tasks);
  const fits = ownFits(tasks);
  const estimate = estimateFromFits(fits);
  const weights = bestWeights(estimate.problem, { design, negative });
  const risk = quickRisk(estimate.problem, weights, design);
  const single = singleTaskRisk(estimate.problem);
  return {
    weights,
    coefficients: [
      ...(design === "pooled" ? pooledFit(fits, weights).coefficients : averaged(fits, weights)),
    ],
    risk,
    single,
    ratio: riskRatio(risk.risk, single.risk),
    estimate,
  };
}

/** The risk of a design by a formula of O(T²), for use in loops over resamples. */
export function quickRisk(
  problem: EstimatedProblem["problem"],
  weights: readonly number[],
  design: Design,
): Risk {
  if (design === "shared") return sharedDesignRisk(problem, weights);
  return design === "average" ? averagingRisk(problem, weights) : equivalentRisk(problem, weights);
}

/** Σ α_k ŵ_k. */
function averaged(fits: readonly OwnFit[], weights: readonly number[]): Float64Array {
  return fits[0]!.coefficients.map((_, i) =>
    fits.reduce((sum, fit, k) => sum + weights[k]! * fit.coefficients[i]!, 0),
  );
}

/** @throws LinearTheoryError `bad-data` when the tasks do not label the same rows. */
export function checkShared(tasks: readonly TaskData[]): void {
  for (const [task, other] of tasks.entries())
    if (!sameDesign([tasks[0]!, other]))
      throw new LinearTheoryError(
        "bad-data",
        `Tasks 0 and ${task} differ in their features, so the design is not shared. Use design "pooled" or "average".`,
        { task },
      );
}

/** Do all tasks label the same rows? */
export function sameDesign(tasks: readonly TaskData[]): boolean {
  const first = tasks[0]?.x ?? [];
  return tasks.every(
    ({ x }) =>
      x.length === first.length &&
      x.every((row, i) => row === first[i] || row.every((value, j) => value === first[i]![j])),
  );
}
