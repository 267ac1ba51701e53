import { equivalentRisk } from "../risk/equivalent.ts";
import { pooledRisk } from "../risk/pooled.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { simulatePooled } from "../simulate/pooled.ts";
import { bestWeights } from "../weights/optimal-weights.ts";
import { type Dot, pairProblem, type SimulatedFigure } from "./problem.ts";

/** The risk of pooled least squares along the number of auxiliary rows. */
export interface RiskByRows {
  readonly features: number;
  /** n_0. */
  readonly primaryRows: number;
  /** R_0. */
  readonly single: number;
  readonly curves: readonly {
    /** Δ. */
    readonly shift: number;
    /** `equal`: exact risk at equal weights. `best`: the equivalent at its best weight. */
    readonly points: readonly { readonly rows: number; readonly equal: number; readonly best: number }[];
    /** Simulated risks at equal weights. */
    readonly dots: readonly Dot[];
  }[];
}

/** Figure 2: 12 features, n_0 = 30, noise 1, auxiliary rows from 5 to 640, doubled seven times and four values in each doubling. */
export function riskByRows({ replicates = 4000, seed = 2 }: SimulatedFigure = {}): RiskByRows {
  const [features, primaryRows] = [12, 30];
  const sizes = Array.from({ length: 29 }, (_, i) => Math.round(5 * 2 ** (i / 4)));
  return {
    features,
    primaryRows,
    single: singleTaskRisk(pairProblem(features, [primaryRows, 0], 0)).risk,
    curves: [0.2, 0.5, 0.8].map((shift, curve) => {
      const at = (rows: number) => pairProblem(features, [primaryRows, rows], shift);
      return {
        shift,
        points: [...new Set(sizes)].map((rows) => {
          const weights = bestWeights(at(rows), { design: "pooled" });
          return {
            rows,
            equal: pooledRisk(at(rows)).risk,
            best: equivalentRisk(at(rows), weights).risk,
          };
        }),
        dots: Array.from({ length: 8 }, (_, i) => {
          const rows = 5 * 2 ** i;
          const { risk } = simulatePooled(at(rows), [1, 1], { replicates, seed: seed + 100 * curve + i });
          return { x: rows, ...risk };
        }),
      };
    }),
  };
}
