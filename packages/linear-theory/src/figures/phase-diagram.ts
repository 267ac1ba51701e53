import { shiftThreshold } from "../benefit/shift-threshold.ts";
import { LinearTheoryError } from "../error.ts";
import type { Problem } from "../problem.ts";
import { equivalentRisk } from "../risk/equivalent.ts";
import { pooledRisk } from "../risk/pooled.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { bestWeights } from "../weights/optimal-weights.ts";
import { logGrid, pairProblem } from "./problem.ts";

/** The risk at equal and at best weights relative to the primary alone, over a grid. */
export interface PhaseMap {
  /** What runs along x: auxiliary rows n_1, or the ratio s_1/s_0 of the noise's standard deviations. */
  readonly x: readonly number[];
  /** Δ. */
  readonly shifts: readonly number[];
  /** R / R_0 at equal weights, exact; one row a Δ. */
  readonly equal: readonly (readonly number[])[];
  /** R / R_0 at the best weight, by the equivalent; one row a Δ. */
  readonly best: readonly (readonly number[])[];
  /** Δ* along x: the auxiliary helps at equal weights exactly below it. */
  readonly boundary: readonly { readonly x: number; readonly threshold: number }[];
}

export interface PhaseDiagram {
  readonly features: number;
  readonly primaryRows: number;
  readonly byRows: PhaseMap;
  /** At `noiseRows` auxiliary rows. */
  readonly byNoise: PhaseMap;
  readonly noiseRows: number;
}

/** Sizes of a phase diagram. */
export interface PhaseOptions {
  readonly features?: number;
  readonly primaryRows?: number;
  /** Auxiliary rows where noise runs along x. */
  readonly noiseRows?: number;
}

/**
 * Figure 3: 12 features, n_0 = 30, s_0 = 1; Δ from 10^-1.5 to 10 and n_1 from 6 to 600, or s_1/s_0 from 1/5 to 5 at n_1 = 60. For other sizes Δ runs over
 * the same multiples of R_0.
 *
 * @throws LinearTheoryError `infinite-risk` for n_0 ≤ D + 1, `bad-problem` for sizes that are none.
 */
export function phaseDiagram({
  features = 12,
  primaryRows = 30,
  noiseRows = 60,
}: PhaseOptions = {}): PhaseDiagram {
  const single = singleTaskRisk(pairProblem(features, [primaryRows, noiseRows], 0));
  if (single.risk === Number.POSITIVE_INFINITY)
    throw new LinearTheoryError("infinite-risk", single.caution!, { features, primaryRows });
  const rows = logGrid(6, 600, 31).map(Math.round);
  return {
    features,
    primaryRows,
    noiseRows,
    byRows: phaseMap(rows, rows, (n, shift) => pairProblem(features, [primaryRows, n], shift)),
    byNoise: phaseMap(logGrid(1 / 5, 5, 31), logGrid(1 / 5, 5, 301), (ratio, shift) =>
      pairProblem(features, [primaryRows, noiseRows], shift, [1, ratio ** 2]),
    ),
  };
}

function phaseMap(
  x: readonly number[],
  fine: readonly number[],
  problem: (x: number, shift: number) => Problem,
): PhaseMap {
  // R_0 of the figure's own sizes is 12 / 17.
  const unit = singleTaskRisk(problem(x[0]!, 0)).risk / (12 / 17);
  const shifts = logGrid(10 ** -1.5 * unit, 10 * unit, 31);
  const over = (f: (given: Problem) => number) =>
    shifts.map((shift) =>
      x.map((value) => {
        const given = problem(value, shift);
        return f(given) / singleTaskRisk(given).risk;
      }),
    );
  return {
    x,
    shifts,
    equal: over((given) => pooledRisk(given).risk),
    best: over((given) => equivalentRisk(given, bestWeights(given, { design: "pooled" })).risk),
    boundary: fine.map((value) => ({ x: value, threshold: shiftThreshold(problem(value, 1)).threshold })),
  };
}
