import { equivalentRisk } from "../risk/equivalent.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { twoTaskRisk } from "../risk/two-task.ts";
import { simulatePooled } from "../simulate/pooled.ts";
import { optimalWeights } from "../weights/optimal-weights.ts";
import { type Dot, logGrid, pairProblem, type SimulatedFigure } from "./problem.ts";

/** The risk of pooled least squares along the weight of one auxiliary. */
export interface RiskByWeight {
  readonly features: number;
  readonly rows: readonly [number, number];
  /** R_0. */
  readonly single: number;
  readonly curves: readonly {
    /** Δ. */
    readonly shift: number;
    /** Exact parts and total, and the deterministic equivalent. */
    readonly points: readonly {
      readonly weight: number;
      readonly bias2: number;
      readonly variance: number;
      readonly risk: number;
      readonly equivalent: number;
    }[];
    /** Simulated risks. */
    readonly dots: readonly Dot[];
    /** The best weight by the equivalent, with the exact risk there. */
    readonly best: { readonly weight: number; readonly risk: number };
  }[];
}

/** Figure 1: 12 features, 30 + 60 rows, noise 1; a from 10^-2.5 to 10^1.5. Cost: about 20 µs a data set, and 5 ms for each of 164 exact risks. */
export function riskByWeight({ replicates = 4000, seed = 1 }: SimulatedFigure = {}): RiskByWeight {
  const [features, rows] = [12, [30, 60] as const];
  const weights = logGrid(10 ** -2.5, 10 ** 1.5, 41);
  return {
    features,
    rows,
    single: singleTaskRisk(pairProblem(features, rows, 0)).risk,
    curves: [0, 0.3, 1, 3].map((shift, curve) => {
      const problem = pairProblem(features, rows, shift);
      const best = optimalWeights(problem, { design: "pooled" });
      return {
        shift,
        points: weights.map((weight) => {
          const { bias2, variance, risk } = twoTaskRisk(problem, [1, weight]);
          return { weight, bias2, variance, risk, equivalent: equivalentRisk(problem, [1, weight]).risk };
        }),
        dots: weights
          .filter((_, i) => i % 5 === 0)
          .map((weight, i) => {
            const { risk } = simulatePooled(problem, [1, weight], {
              replicates,
              seed: seed + 100 * curve + i,
            });
            return { x: weight, ...risk };
          }),
        best: { weight: best.weights[1]! / best.weights[0]!, risk: best.risk.risk },
      };
    }),
  };
}
