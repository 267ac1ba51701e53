import { LinearTheoryError } from "../error.ts";
import { column, product, type Rectangular } from "../linalg/matrix.ts";
import { spectrum } from "../linalg/spectrum.ts";
import { checkDesign, leastSquares, reducedRank, type SharedDesign } from "./reduced-rank.ts";
import { checkWeights, checkWidth } from "./setting.ts";
import { type NetworkSure, sureOf } from "./sure.ts";

export interface AutoNetworkOptions {
  /** Widths to try; 1 … min(K, D-1) by default. */
  readonly widths?: readonly number[];
  /** Weights to try, each of length T; by default a_0 = 1, a_k = c s_0²/s_k² for c = 1/16, 1/4, 1, 4, 16. */
  readonly weights?: readonly (readonly number[])[];
  /** s_k², length T, where they are known; by default RSS_k/(n-D), which needs n > D. */
  readonly noise?: readonly number[];
}

/** One width with one set of weights, and its unbiased risk. */
export interface AutoCandidate {
  readonly width: number;
  readonly weights: readonly number[];
  readonly sure: NetworkSure;
}

export interface AutoNetwork {
  readonly choice: "network" | "single-task";
  /** In a sentence, with the numbers that decided. */
  readonly reason: string;
  /** The chosen width; T for single-task. */
  readonly width: number;
  readonly weights: readonly number[];
  /** The chosen option's estimated in-sample risk of the primary. As the smallest of many estimates it is too low on average. */
  readonly risk: number;
  /** D s_0²/n, the risk of single-task. */
  readonly single: number;
  /** The primary's coefficients, length D. */
  readonly coefficients: readonly number[];
  /** β̂, length T: the coefficients are Σ_k β̂_k ŵ_k of the tasks' own least squares; (1, 0, …) for single-task. */
  readonly combination: readonly number[];
  readonly candidates: readonly AutoCandidate[];
}

/**
 * Chooses width and auxiliary weights of a linear network on a shared design by the smallest unbiased risk (`networkSure`) of the primary,
 * single-task least squares with D s_0²/n among the options; it stays unless an estimate is below it.
 * A near tie of singular values makes an estimate large, never small, so that unstable widths are not chosen.
 * In the simulation of the tests (D = 10, T = 6, n = 60, 60 data sets): 0.61 of the single-task risk with rank 2, below 1.1 with unrelated tasks.
 *
 * @throws LinearTheoryError `bad-data` when the noise is to be estimated and n ≤ D, `singular` when X'X is, `bad-problem` for a width, weight
 * or variance out of range, `shape` or `non-finite` for bad samples.
 * Cost: n D² + D³/6, and a singular value decomposition of D×T for every set of weights. Source: own derivation.
 */
export function autoNetwork(samples: SharedDesign, options: AutoNetworkOptions = {}): AutoNetwork {
  const { x, y } = checkDesign(samples);
  const { coefficients: ols, root } = leastSquares(x, y);
  const tasks = y.columns;
  const noise = checkNoise(options.noise ?? residualVariances(x, y, ols), tasks);
  const widths = options.widths ?? countTo(Math.min(tasks, x.columns) - 1);
  for (const width of widths) checkWidth(width, tasks);
  const grid = options.weights ?? defaultWeights(noise);
  for (const weights of grid) checkWeights(weights, tasks);
  const v = noise[0]! / x.rows;
  const candidates = grid.flatMap((weights) => {
    const estimate = root.values.map(
      (value, i) => value * Math.sqrt(weights[i % tasks]! / weights[0]! / x.rows),
    );
    const ofEstimate = spectrum({ ...root, values: estimate });
    return widths.map((width) => ({ width, weights, sure: sureOf(ofEstimate, x.columns, v, width) }));
  });
  const single = x.columns * v;
  const best = candidates.reduce<AutoCandidate | undefined>(
    (least, candidate) => (candidate.sure.risk < (least?.sure.risk ?? single) ? candidate : least),
    undefined,
  );
  if (best === undefined)
    return {
      choice: "single-task",
      reason: `No width and weights have an estimated risk below ${single.toPrecision(4)}, that of least squares of the primary alone.`,
      width: tasks,
      weights: [1, ...new Array<number>(tasks - 1).fill(0)],
      risk: single,
      single,
      coefficients: [...column(ols, 0)],
      combination: [1, ...new Array<number>(tasks - 1).fill(0)],
      candidates,
    };
  const fit = reducedRank(samples, best);
  return {
    choice: "network",
    reason: `Width ${best.width} with weights ${best.weights.map((a) => a.toPrecision(3)).join(", ")} has the smallest estimated risk, ${best.sure.risk.toPrecision(4)} against ${single.toPrecision(4)} of least squares of the primary alone.`,
    width: best.width,
    weights: best.weights,
    risk: best.sure.risk,
    single,
    coefficients: fit.coefficients.map((row) => row[0]!),
    combination: fit.combination,
    candidates,
  };
}

/** RSS_k/(n-D) of every task. */
function residualVariances(x: Rectangular, y: Rectangular, ols: Rectangular): number[] {
  const degrees = x.rows - x.columns;
  if (degrees <= 0)
    throw new LinearTheoryError(
      "bad-data",
      `${x.rows} samples leave nothing to estimate the noise from with ${x.columns} features: give noise, or more samples.`,
      { samples: x.rows, features: x.columns },
    );
  const fitted = product(x, ols).values;
  const sums = new Array<number>(y.columns).fill(0);
  for (const [i, value] of y.values.entries()) sums[i % y.columns]! += (value - fitted[i]!) ** 2;
  return sums.map((sum) => sum / degrees);
}

function checkNoise(noise: readonly number[], tasks: number): readonly number[] {
  if (noise.length !== tasks)
    throw new LinearTheoryError("shape", `noise has ${noise.length} entries for ${tasks} tasks.`, { tasks });
  for (const [task, s2] of noise.entries())
    if (!Number.isFinite(s2) || s2 < 0)
      throw new LinearTheoryError(
        "bad-problem",
        `noise[${task}] must be a finite variance of at least 0, not ${s2}.`,
        { task, noise: s2 },
      );
  return noise;
}

/** a_k = c s_0²/s_k²; ratios beyond a million, as of labels without noise, are cut there. */
function defaultWeights(noise: readonly number[]): number[][] {
  const ratio = (s2: number): number => Math.min(1e6, Math.max(1e-6, noise[0]! / s2 || 1));
  return [1 / 16, 1 / 4, 1, 4, 16].map((c) => noise.map((s2, k) => (k === 0 ? 1 : c * ratio(s2))));
}

function countTo(last: number): number[] {
  return Array.from({ length: Math.max(0, last) }, (_, i) => i + 1);
}
