import { bestWeights } from "../weights/optimal-weights.ts";
import { weightStudy } from "./plug-in-study.ts";
import { logGrid, pairProblem, type SimulatedFigure } from "./problem.ts";

/** The best weight of one auxiliary, and what data make of it. */
export interface WeightMapFigure {
  readonly features: number;
  readonly primaryRows: number;
  readonly rows: readonly number[];
  readonly shifts: readonly number[];
  /** a_1 / (a_0 + a_1), by the equivalent; one row a Δ. */
  readonly weights: readonly (readonly number[])[];
  /** Weights from data along n_0, n_1 = 2 n_0: the best one, and mean and standard deviation of those from data. */
  readonly fromData: readonly {
    readonly shift: number;
    readonly points: readonly {
      readonly rows: number;
      readonly best: number;
      readonly mean: number;
      readonly deviation: number;
    }[];
  }[];
  readonly dataFeatures: number;
}

/** Figure 4: 12 features, n_0 = 30, noise 1, Δ from 10^-1.5 to 10, n_1 from 6 to 600; weights from data at 5 features. */
export function weightMap({ replicates = 300, seed = 4 }: SimulatedFigure = {}): WeightMapFigure {
  const [features, primaryRows, dataFeatures] = [12, 30, 5];
  const rows = logGrid(6, 600, 31).map(Math.round);
  const shifts = logGrid(10 ** -1.5, 10, 31);
  return {
    features,
    primaryRows,
    rows,
    shifts,
    weights: shifts.map((shift) =>
      rows.map((n) => bestWeights(pairProblem(features, [primaryRows, n], shift), { design: "pooled" })[1]!),
    ),
    fromData: [0.1, 0.5, 2].map((shift, curve) => ({
      shift,
      points: [20, 40, 80, 160, 320, 640].map((n, i) => {
        const problem = pairProblem(dataFeatures, [n, 2 * n], shift);
        const { best, mean, deviation } = weightStudy(problem, replicates, seed + 100 * curve + i);
        return { rows: n, best, mean, deviation };
      }),
    })),
    dataFeatures,
  };
}
