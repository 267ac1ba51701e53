import { LinearTheoryError } from "../error.ts";
import { random } from "../random.ts";
import { tooFewRows } from "../risk/single-task.ts";
import type { Population } from "./population.ts";
import { type DesignKind, type Sampler, sampler } from "./sampler.ts";

/** A mean over replicates and its standard error. */
export interface Estimate {
  readonly mean: number;
  readonly se: number;
}

/** The risk as a simulation finds it: excess risk of the primary in squared units of the label, as in `Risk`. */
export interface SimulatedRisk {
  readonly bias2: Estimate;
  readonly variance: Estimate;
  readonly risk: Estimate;
  readonly replicates: number;
}

export interface SimulationOptions {
  /** How many data sets to draw; at least 2. The standard error falls with its root. */
  readonly replicates: number;
  /** The same seed gives the same numbers, bit for bit. */
  readonly seed: number;
  /** "bartlett" (default) is exact and fast; "rows" draws every sample, to check it against. */
  readonly design?: DesignKind;
}

/** One data set: writes the squared bias given the design into `out[0]`, the squared error that noise adds into `out[1]`. */
export type Replicate = (draw: Sampler, out: Float64Array) => void;

/**
 * Means over replicates. The error of an estimate is b + v, b fixed by the design and v linear in the noise, so E b'v = 0 given the design:
 * |b|² + |v|² has the mean of |b + v|², and a smaller spread.
 */
export function simulation(
  population: Population,
  replicate: Replicate,
  { replicates, seed, design = "bartlett" }: SimulationOptions,
): SimulatedRisk {
  if (!Number.isInteger(replicates) || replicates < 2)
    throw new LinearTheoryError(
      "bad-option",
      `replicates must be a whole number of at least 2, not ${replicates}.`,
      { replicates },
    );
  if (design !== "bartlett" && design !== "rows")
    throw new LinearTheoryError(
      "bad-option",
      `design must be "bartlett" or "rows", not ${JSON.stringify(design)}.`,
      {
        design,
      },
    );
  const draw = sampler(design, population, random(seed));
  const out = new Float64Array(2);
  const mean = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let count = 1; count <= replicates; count++) {
    replicate(draw, out);
    for (let part = 0; part < 3; part++) {
      const value = part === 2 ? out[0]! + out[1]! : out[part]!;
      // Welford's update: sums of squares would lose the digits of a small spread.
      const step = value - mean[part]!;
      mean[part]! += step / count;
      squares[part]! += step * (value - mean[part]!);
    }
  }
  const estimate = (part: number): Estimate => ({
    mean: mean[part]!,
    se: Math.sqrt(squares[part]! / (replicates - 1) / replicates),
  });
  return { bias2: estimate(0), variance: estimate(1), risk: estimate(2), replicates };
}

/** x' Sigma_0 x. */
export function squaredNorm({ features, factors }: Population, x: Float64Array): number {
  const factor = factors?.[0];
  let sum = 0;
  for (let j = 0; j < features; j++) {
    let value = 0;
    if (factor === undefined) value = x[j]!;
    else for (let i = j; i < features; i++) value += factor[i * features + j]! * x[i]!;
    sum += value * value;
  }
  return sum;
}

/** @throws LinearTheoryError `infinite-risk` where least squares on so many rows has no finite expectation: a mean of draws would settle nowhere. */
export function requireRows(rows: number, features: number, what: string): void {
  if (rows <= features + 1)
    throw new LinearTheoryError("infinite-risk", tooFewRows(what, rows, features), { rows, features });
}
