import { type Samples, samplesOf, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { product, type Rectangular, rowsOf, transposedProduct } from "../linalg/matrix.ts";
import { orthonormalise } from "../linalg/orthonormalise.ts";
import { random } from "../random.ts";
import {
  fitted,
  headsOf,
  layerOf,
  type Moments,
  solve,
  spectralLayer,
  together,
} from "./alternating-steps.ts";
import { checkWeights, checkWidth } from "./setting.ts";

export interface AlternatingOptions {
  readonly width: number;
  /** a_k > 0, length T; 1 each by default. */
  readonly weights?: readonly number[];
  /** The number of starts: the first from the tasks' own fits, the others drawn. 4 by default. */
  readonly starts?: number;
  /** Of the drawn starts; 1 by default. */
  readonly seed?: number;
  /** A start has converged when no coefficient moves by more than this times the largest in a sweep. 1e-10 by default. */
  readonly tolerance?: number;
  /** The most sweeps of a start; 2,000 by default. */
  readonly sweeps?: number;
}

export interface AlternatingFit {
  /** W = A (b_0 … b_K), D×T, of rank at most q. */
  readonly coefficients: readonly (readonly number[])[];
  /** Σ_k a_k ‖y_k - X_k w_k‖². */
  readonly loss: number;
  /** Sweeps of the best start. */
  readonly sweeps: number;
  /** The loss that each start reached, in order. */
  readonly startLosses: readonly number[];
  /** Set when starts reached different losses, so that there are local minima, or the best start had not converged. */
  readonly caution?: string;
}

/**
 * The linear network x' A b_k of width q that minimises Σ_k a_k ‖y_k - X_k A b_k‖² where the designs differ, by alternating least squares.
 *
 *     heads   b_k = (A' G_k A)^-1 A' c_k
 *     layer   vec A = (Σ_k a_k b_k b_k' ⊗ G_k)^-1 Σ_k a_k b_k ⊗ c_k
 *
 * G_k = X_k'X_k, c_k = X_k'y_k. A is kept orthonormal. The step of the layer has a proximal term of 1e-10 of the mean diagonal: it moves no
 * stationary point and lets a layer be wider than the tasks need. With one shared design the minimum is that of `reducedRank`; otherwise
 * this is a weighted low-rank approximation with no closed form, which may have local minima: several starts, the best is given.
 * At q ≥ min(D, T) it is least squares of each task, which needs n_k ≥ D.
 *
 * @throws LinearTheoryError `not-converged` when no start converged, `bad-data` when a task has fewer samples than q, `singular`, `shape`,
 * `non-finite`, `bad-problem` or `bad-option` for bad samples or options.
 * Cost: a sweep of a start (D q)³/6 + T q² D². Source: own derivation.
 */
export function alternatingNetwork(
  tasks: readonly TaskData[],
  { width, weights, starts = 4, seed = 1, tolerance = 1e-10, sweeps = 2000 }: AlternatingOptions,
): AlternatingFit {
  for (const [name, value] of Object.entries({ starts, sweeps }))
    if (!Number.isInteger(value) || value < 1)
      throw new LinearTheoryError(
        "bad-option",
        `${name} must be a whole number of at least 1, not ${value}.`,
        {
          [name]: value,
        },
      );
  if (!(tolerance > 0 && tolerance < 1))
    throw new LinearTheoryError("bad-option", `tolerance must lie between 0 and 1, not ${tolerance}.`, {
      tolerance,
    });
  checkWidth(width, tasks.length);
  const a = checkWeights(weights ?? new Array<number>(tasks.length).fill(1), tasks.length);
  const moments = samplesOf(tasks).map((task, k) => momentsOf(task, k, width, a[k]!));
  const features = moments[0]!.features;
  if (width >= Math.min(features, tasks.length)) {
    const coefficients = together(moments.map((moment) => solve(moment.gram.slice(), moment.cross.slice())));
    const loss = lossOf(moments, coefficients);
    return { coefficients: rowsOf(coefficients), loss, sweeps: 0, startLosses: [loss] };
  }
  const draw = random(seed);
  const runs = Array.from({ length: starts }, (_, start) => {
    const layer =
      start === 0
        ? spectralLayer(moments, width)
        : Float64Array.from({ length: width * features }, () => draw.normal());
    return descend(moments, orthonormalise(layer, features), width, tolerance, sweeps);
  });
  return bestOf(runs, moments, sweeps);
}

interface Run {
  readonly coefficients: Rectangular;
  readonly sweeps: number;
  readonly converged: boolean;
}

function momentsOf(samples: Samples, task: number, width: number, weight: number): Moments {
  const { rows, columns } = samples;
  const x = { rows, columns, values: samples.x };
  const y = { rows, columns: 1, values: samples.y };
  if (rows < width)
    throw new LinearTheoryError(
      "bad-data",
      `Task ${task} has ${rows} samples, too few for its head at width ${width}.`,
      { task, samples: rows, width },
    );
  return {
    x,
    labels: samples.y,
    weight,
    features: columns,
    gram: transposedProduct(x, x).values.map((value) => weight * value),
    cross: transposedProduct(x, y).values.map((value) => weight * value),
  };
}

function bestOf(runs: readonly Run[], moments: readonly Moments[], sweeps: number): AlternatingFit {
  const startLosses = runs.map((run) => lossOf(moments, run.coefficients));
  if (!runs.some((run) => run.converged))
    throw new LinearTheoryError(
      "not-converged",
      `None of ${runs.length} starts converged in ${sweeps} sweeps. Allow more sweeps or a larger tolerance, or take another width: singular values q and q+1 may be close.`,
      { sweeps, startLosses },
    );
  const loss = Math.min(...startLosses);
  const best = runs[startLosses.indexOf(loss)]!;
  const scale = moments.reduce(
    (sum, { weight, labels }) => sum + weight * labels.reduce((squares, label) => squares + label ** 2, 0),
    0,
  );
  const apart = Math.max(...startLosses.filter((_, i) => runs[i]!.converged)) - loss > 1e-6 * scale;
  const caution = best.converged
    ? apart
      ? "The starts ended at different losses: there are local minima, and more starts may find a lower one."
      : undefined
    : `The best start had not converged in ${sweeps} sweeps.`;
  return {
    coefficients: rowsOf(best.coefficients),
    loss,
    sweeps: best.sweeps,
    startLosses,
    ...(caution !== undefined && { caution }),
  };
}

function descend(
  moments: readonly Moments[],
  start: Float64Array,
  width: number,
  tolerance: number,
  sweeps: number,
): Run {
  const { features } = moments[0]!;
  let layer = start;
  let heads = headsOf(moments, layer, width);
  let coefficients = fitted(layer, heads, features);
  for (let sweep = 1; sweep <= sweeps; sweep++) {
    layer = orthonormalise(layerOf(moments, heads, layer, width), features);
    heads = headsOf(moments, layer, width);
    const next = fitted(layer, heads, features);
    let [moved, size] = [0, 0];
    for (const [i, value] of next.values.entries()) {
      moved = Math.max(moved, Math.abs(value - coefficients.values[i]!));
      size = Math.max(size, Math.abs(value));
    }
    coefficients = next;
    if (moved <= tolerance * size) return { coefficients, sweeps: sweep, converged: true };
  }
  return { coefficients, sweeps, converged: false };
}

function lossOf(moments: readonly Moments[], coefficients: Rectangular): number {
  return moments.reduce((loss, { x, labels, weight }, k) => {
    const all = product(x, coefficients);
    return (
      loss +
      weight * labels.reduce((sum, label, i) => sum + (label - all.values[i * moments.length + k]!) ** 2, 0)
    );
  }, 0);
}
