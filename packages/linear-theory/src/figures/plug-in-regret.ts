import { type WaysStudy, waysStudy, weightStudy } from "./plug-in-study.ts";
import { type Dot, logGrid, pairProblem, type SimulatedFigure } from "./problem.ts";

/** What it costs that weights come from data. All simulated. */
export interface PlugInRegretFigure {
  /** Risk at weights from data / risk at the best weights, along n_0; n_1 = 2 n_0. */
  readonly features: number;
  readonly byRows: readonly { readonly label: string; readonly dots: readonly Dot[] }[];
  /** Risks / risk of the primary alone, along Δ. */
  readonly byShift: readonly (WaysStudy & { readonly shift: number })[];
  readonly shiftFeatures: number;
  readonly shiftRows: readonly [number, number];
}

/** Figure 5: D = 5, Δ = 0.5 or 5 / n_0; and D = 10, 40 + 80 rows, Δ from 0.01 to 100. Cost: about 0.5 ms a data set. */
export function plugInRegret({ replicates = 500, seed = 5 }: SimulatedFigure = {}): PlugInRegretFigure {
  const [features, shiftFeatures, shiftRows] = [5, 10, [40, 80] as const];
  const along = (shift: (n: number) => number, offset: number): Dot[] =>
    [20, 40, 80, 160, 320, 640].map((n, i) => {
      const problem = pairProblem(features, [n, 2 * n], shift(n));
      return { x: n, ...weightStudy(problem, replicates, seed + offset + i).regret };
    });
  return {
    features,
    byRows: [
      { label: "Δ = 0.5", dots: along(() => 0.5, 0) },
      { label: "Δ = 5 / n₀", dots: along((n) => 5 / n, 100) },
    ],
    byShift: logGrid(0.01, 100, 9).map((shift, i) => ({
      shift,
      ...waysStudy(pairProblem(shiftFeatures, shiftRows, shift), replicates, seed + 200 + i),
    })),
    shiftFeatures,
    shiftRows,
  };
}
