import { equivalentShiftRisk, type ShiftProblem } from "../risk/equivalent-shift.ts";
import { simulatePooled } from "../simulate/pooled.ts";
import { type Dot, logGrid, type SimulatedFigure } from "./problem.ts";

/** The risk of pooling an auxiliary with other covariances and the same coefficients, relative to one with the same covariances. */
export interface CovariateShiftFigure {
  readonly features: number;
  readonly primaryRows: number;
  readonly curves: readonly {
    /** n_1. */
    readonly rows: number;
    /** By the equivalent. `ratio`: how far apart the auxiliary's two kinds of eigenvalues are. */
    readonly points: readonly { readonly ratio: number; readonly relative: number }[];
    /** Simulated risk over the equivalent at ratio 1, which is exact there. */
    readonly dots: readonly Dot[];
  }[];
}

/** Figure 8: 20 features, n_0 = 60, noise 1, no difference in coefficients; half of the auxiliary's eigenvalues are √r, half 1/√r. */
export function covariateShiftFigure({
  replicates = 4000,
  seed = 8,
}: SimulatedFigure = {}): CovariateShiftFigure {
  const [features, primaryRows] = [20, 60];
  return {
    features,
    primaryRows,
    curves: [30, 60, 200].map((rows, curve) => {
      const matched = equivalentShiftRisk(shifted(features, primaryRows, rows, 1), [1, 1]).risk;
      return {
        rows,
        points: logGrid(1, 16, 25).map((ratio) => ({
          ratio,
          relative: equivalentShiftRisk(shifted(features, primaryRows, rows, ratio), [1, 1]).risk / matched,
        })),
        dots: [1, 2, 4, 8, 16].map((ratio, i) => {
          const { risk } = simulatePooled(shifted(features, primaryRows, rows, ratio), [1, 1], {
            replicates,
            seed: seed + 100 * curve + i,
          });
          return { x: ratio, mean: risk.mean / matched, se: risk.se / matched };
        }),
      };
    }),
  };
}

function shifted(features: number, primaryRows: number, rows: number, ratio: number): ShiftProblem {
  const index = Array.from({ length: features }, (_, i) => i);
  const diagonal = (value: (i: number) => number) =>
    index.map((i) => index.map((j) => (i === j ? value(i) : 0)));
  const zero = index.map(() => 0);
  return {
    rows: [primaryRows, rows],
    noise: [1, 1],
    coefficients: [zero, zero],
    covariances: [
      diagonal(() => 1),
      diagonal((i) => (i % 2 === 0 ? Math.sqrt(ratio) : 1 / Math.sqrt(ratio))),
    ],
  };
}
