import { LinearTheoryError } from "../error.ts";
import { kolmogorovTest } from "./kolmogorov.ts";
import { normalCdf } from "./normal.ts";
import { verifyProblems } from "./problems.ts";
import { verifyRows } from "./rows.ts";

export interface VerifyOptions {
  /** A name of `verifyRows`. */
  readonly row: string;
  readonly seed: number;
  /** How many random problems. */
  readonly problems: number;
  /** Data sets drawn for each. */
  readonly replicates: number;
  readonly progress?: (fraction: number) => void;
}

/** How a formula fared. With z = (formula - simulated mean) / standard error, an exact formula has standard normal z. */
export interface VerifyResult {
  /** Root mean square of z: 1 for an exact formula, up to chance. */
  readonly rmsZ: number;
  /** Largest |z|. */
  readonly maxZ: number;
  /** The same as rmsZ for the two parts of the risk; null where the formula or the simulation has none. */
  readonly biasRmsZ: number | null;
  readonly varianceRmsZ: number | null;
  /** Kolmogorov–Smirnov test of the z against the standard normal. */
  readonly ks: number;
  readonly ksP: number;
  /** |formula / truth - 1|: median, 95 % quantile, largest. The truth is exact where there is an exact formula, else the simulated mean. */
  readonly medianError: number;
  readonly error95: number;
  readonly maxError: number;
  /** Median of standard error / simulated mean: errors taken to a simulated mean cannot be smaller than this. */
  readonly simulationError: number;
  /** In ascending order. */
  readonly z: readonly number[];
}

/** Checks one formula on random problems against simulation. @throws LinearTheoryError `bad-option` for a row that does not exist. */
export function verify({ row: name, seed, problems, replicates, progress }: VerifyOptions): VerifyResult {
  const names = Object.keys(verifyRows);
  const row = verifyRows[name];
  if (row === undefined)
    throw new LinearTheoryError("bad-option", `row is "${name}"; it must be one of: ${names.join("; ")}.`, {
      name,
    });
  const z: number[] = [];
  const biasZ: number[] = [];
  const varianceZ: number[] = [];
  const errors: number[] = [];
  const noise: number[] = [];
  for (const [at, given] of verifyProblems(seed, problems).entries()) {
    // Every row and problem has draws of its own, so that the scores of different rows are independent.
    const stream = ((seed + 1) * 10_000 + at) * 100 + names.indexOf(name);
    const { risk, bias2, variance } = row.formula(given);
    const found = row.simulate(given, { replicates, seed: stream });
    z.push((risk - found.risk.mean) / found.risk.se);
    if (bias2 !== undefined && found.bias2.se > 1e-9 * found.bias2.mean)
      biasZ.push((bias2 - found.bias2.mean) / found.bias2.se);
    if (variance !== undefined) varianceZ.push((variance - found.variance.mean) / found.variance.se);
    errors.push(Math.abs(risk / (row.exact?.(given).risk ?? found.risk.mean) - 1));
    noise.push(found.risk.se / found.risk.mean);
    progress?.((at + 1) / problems);
  }
  const { statistic, pValue } = kolmogorovTest(z, normalCdf);
  return {
    rmsZ: rootMeanSquare(z)!,
    maxZ: Math.max(...z.map(Math.abs)),
    biasRmsZ: rootMeanSquare(biasZ),
    varianceRmsZ: rootMeanSquare(varianceZ),
    ks: statistic,
    ksP: pValue,
    medianError: quantile(errors, 0.5),
    error95: quantile(errors, 0.95),
    maxError: Math.max(...errors),
    simulationError: quantile(noise, 0.5),
    z: z.toSorted((a, b) => a - b),
  };
}

function rootMeanSquare(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

/** Linear between order statistics. */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - below);
}
