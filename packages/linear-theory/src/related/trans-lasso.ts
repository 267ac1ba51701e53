import { type Samples, samplesOf, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { allFinite } from "../finite.ts";
import { drawnOrder } from "../order.ts";
import { random } from "../random.ts";
import { coordinateDescent, penaltyByFolds, squaredError, subset } from "./lasso.ts";

export interface TransLassoOptions {
  /** λ_w of the pooled lasso, at least 0, or `cv` (default). */
  readonly pooledPenalty?: number | "cv";
  /** λ_δ of the contrast, at least 0, or `cv` (default). */
  readonly contrastPenalty?: number | "cv";
  /** Folds of the cross-validation, 5 by default, and the seed that draws them, 1 by default. */
  readonly folds?: number;
  readonly seed?: number;
}

export interface TransLassoFit {
  /** ŵ + δ̂, length D. */
  readonly coefficients: readonly number[];
  /** ŵ of all tasks together. */
  readonly pooled: readonly number[];
  /** δ̂, the primary's difference from it. */
  readonly contrast: readonly number[];
  readonly pooledPenalty: number;
  readonly contrastPenalty: number;
}

/**
 * Sparse transfer from sources that are known to be near the primary: a lasso of all tasks together, then a lasso of what the primary's
 * labels leave of it.
 *
 *     ŵ = argmin_w Σ_k ‖y_k - X_k w‖²/(2N) + λ_w ‖w‖₁,  N = Σ n_k, primary and sources
 *     δ̂ = argmin_δ ‖y_0 - X_0 (ŵ + δ)‖²/(2 n_0) + λ_δ ‖δ‖₁,  coefficients ŵ + δ̂
 *
 * Without sources it is the lasso of the primary, corrected by a second one. No intercept; give centred samples.
 *
 * @throws LinearTheoryError `bad-option` for a negative penalty or fewer than 2 folds, `not-converged` when a lasso does not converge,
 * `bad-data` for fewer samples than folds, `shape` or `non-finite` for bad samples.
 * Cost: two lassos, and 30 · folds more of each with `cv`.
 * Source: Li, Cai and Li, Transfer learning for high-dimensional linear regression: prediction, estimation and minimax optimality, Journal
 * of the Royal Statistical Society B 2022, https://arxiv.org/abs/2006.10593. Cross-validation of both penalties is ours.
 */
export function transLasso(
  primary: TaskData,
  sources: readonly TaskData[],
  options: TransLassoOptions = {},
): TransLassoFit {
  const [own, ...others] = samplesOf([primary, ...sources]);
  return twoSteps(own!, others, options);
}

export interface AggregatedTransLasso {
  /** Σ_l weights_l β̂_l, length D. */
  readonly coefficients: readonly number[];
  /** The sources from the nearest to the farthest, as indices into `sources`. */
  readonly ranking: readonly number[];
  /** weights_l of the candidates, length K + 1: the lasso of the primary alone, then with the first 1, 2, … K sources of the ranking. */
  readonly weights: readonly number[];
  /** Mean squared error of each candidate on the primary's held-out samples. */
  readonly heldOut: readonly number[];
}

/**
 * Sparse transfer where it is not known which sources are near: Trans-Lasso with nested sets of sources, weighed by held-out error.
 *
 *     ranking    by Σ_{j in J} (x_kj'y_k/n_k - x_0j'y_0/n_0)², J: the ⌈n_0/3⌉ features where that difference is largest, increasing
 *     weights_l ∝ exp(-m (E_l - min E)/(2 min E)),  E_l: mean squared error of candidate l on the m held-out samples
 *
 * A third of the primary's samples, drawn by the seed, is held out for the weights; the candidates are then fitted to all of them. The paper
 * aggregates by its Q-aggregation; exponential weights and the second fit are ours.
 *
 * @throws LinearTheoryError as `transLasso`; `bad-data` when the primary has fewer than 6 samples.
 * Cost: 2 (K + 1) times that of `transLasso`. Source: as `transLasso`.
 */
export function aggregatedTransLasso(
  primary: TaskData,
  sources: readonly TaskData[],
  options: TransLassoOptions = {},
): AggregatedTransLasso {
  const [own, ...others] = samplesOf([primary, ...sources]);
  if (own!.rows < 6)
    throw new LinearTheoryError(
      "bad-data",
      `${own!.rows} samples of the primary are too few to hold out a third.`,
      {
        rows: own!.rows,
      },
    );
  const order = drawnOrder(own!.rows, random(options.seed ?? 1));
  const cut = Math.floor(own!.rows / 3);
  const held = subset(own!, order.slice(0, cut));
  const kept = subset(own!, order.slice(cut));
  const distances = others.map((other) => distanceOf(kept, other));
  const ranking = others.map((_, k) => k).toSorted((a, b) => distances[a]! - distances[b]!);
  const candidatesOf = (samples: Samples): Float64Array[] =>
    Array.from({ length: others.length + 1 }, (_, count) => {
      const nearest = ranking.slice(0, count).map((k) => others[k]!);
      return Float64Array.from(twoSteps(samples, nearest, options).coefficients);
    });
  const heldOut = allFinite(
    Float64Array.from(candidatesOf(kept), (w) => squaredError(held, w) / cut),
    "The held-out errors",
  );
  const least = Math.min(...heldOut);
  const raw = Array.from(heldOut, (error) =>
    error === least ? 1 : least === 0 ? 0 : Math.exp((-cut * (error - least)) / (2 * least)),
  );
  const total = raw.reduce((sum, value) => sum + value, 0);
  const weights = raw.map((value) => value / total);
  const candidates = candidatesOf(own!);
  const coefficients = candidates[0]!.map((_, j) =>
    candidates.reduce((sum, w, l) => sum + weights[l]! * w[j]!, 0),
  );
  return { coefficients: [...coefficients], ranking, weights, heldOut: [...heldOut] };
}

function twoSteps(own: Samples, others: readonly Samples[], options: TransLassoOptions): TransLassoFit {
  const { pooledPenalty = "cv", contrastPenalty = "cv", folds = 5, seed = 1 } = options;
  for (const [name, value] of Object.entries({ pooledPenalty, contrastPenalty }))
    if (value !== "cv" && !(Number.isFinite(value) && value >= 0))
      throw new LinearTheoryError("bad-option", `${name} must be cv or at least 0, not ${value}.`, {
        [name]: value,
      });
  if (!Number.isInteger(folds) || folds < 2)
    throw new LinearTheoryError("bad-option", `folds must be a whole number of at least 2, not ${folds}.`, {
      folds,
    });
  const all = together([own, ...others]);
  const penaltyOf = (samples: Samples, given: number | "cv"): number =>
    given === "cv" ? penaltyByFolds(samples, { folds, seed }) : given;
  const first = penaltyOf(all, pooledPenalty);
  const pooled = coordinateDescent(all, first);
  const left = { ...own, y: own.y.map((value, i) => value - fittedAt(own, i, pooled)) };
  const second = penaltyOf(left, contrastPenalty);
  const contrast = coordinateDescent(left, second);
  return {
    coefficients: Array.from(pooled, (value, j) => value + contrast[j]!),
    pooled: [...pooled],
    contrast: [...contrast],
    pooledPenalty: first,
    contrastPenalty: second,
  };
}

function fittedAt({ columns, x }: Samples, i: number, w: Float64Array): number {
  return w.reduce((sum, value, j) => sum + value * x[i * columns + j]!, 0);
}

function together(parts: readonly Samples[]): Samples {
  const { columns } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const [x, y] = [new Float64Array(rows * columns), new Float64Array(rows)];
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at * columns);
    y.set(part.y, at);
    at += part.rows;
  }
  return { rows, columns, x, y };
}

/** How far a source's marginal covariances lie from the primary's, in the features where they differ most. */
function distanceOf(own: Samples, other: Samples): number {
  const [a, b] = [marginals(own), marginals(other)];
  const squares = a.map((value, j) => (value - b[j]!) ** 2).toSorted((x, y) => y - x);
  return squares.subarray(0, Math.ceil(own.rows / 3)).reduce((sum, value) => sum + value, 0);
}

function marginals({ rows, columns, x, y }: Samples): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) sums[j]! += (x[i * columns + j]! * y[i]!) / rows;
  return allFinite(sums, "The products of features and labels");
}
