import type { Gram } from "./read.ts";

/** Exponential running mean of a matrix; plain JSON. `mass` is the sum of the coefficients given so far. */
export interface RunningMean {
  readonly sum: readonly (readonly number[])[];
  readonly mass: number;
}

/**
 * Takes in one more matrix: sum ← d·sum + (1 − d)·G, mass ← d·mass + 1 − d. `mean` divides the one by the other, so the first
 * matrices are not shrunk towards 0. With d = 0 it is the last matrix.
 */
export function update(previous: RunningMean | null, gram: Gram, decay: number): RunningMean {
  const kept = previous === null ? 0 : decay;
  return {
    sum: gram.map((row, i) =>
      row.map((value, j) => (kept > 0 ? kept * previous!.sum[i]![j]! : 0) + (1 - decay) * value),
    ),
    mass: (kept > 0 ? kept * previous!.mass : 0) + 1 - decay,
  };
}

export function mean({ sum, mass }: RunningMean): number[][] {
  return sum.map((row) => row.map((value) => value / mass));
}
