import { type Samples, samplesOf, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { allFinite, notNaN } from "../finite.ts";
import { cholesky, choleskySolve, forwardSolve } from "../linalg/cholesky.ts";
import { column, type Rectangular, transposedProduct } from "../linalg/matrix.ts";
import { spectrum } from "../linalg/spectrum.ts";
import { minimise } from "../minimise.ts";

/** How λ is chosen: by Mallows' Cp, by plugging estimates into the risk, or as given (0 … Infinity). */
export type DataEnrichedPenalty = "cp" | "plug-in" | number;

export interface DataEnrichedFit {
  /** β̂, length D: the primary's coefficients. */
  readonly coefficients: readonly number[];
  /** γ̂ = β̂_aux - β̂: the auxiliary's difference, length D. */
  readonly difference: readonly number[];
  /** λ used; Infinity is the pooled fit. */
  readonly penalty: number;
  /** tr W, the primary's effective number of parameters: D at λ = 0, Σ ν_j/(1+ν_j) when pooled. */
  readonly degrees: number;
  /** Estimated in-sample risk E ‖X_0(β̂ - β)‖²/n_0 at λ: Cp, or the plug-in where that chose λ. */
  readonly risk: number;
}

/**
 * Data-enriched regression of a primary and one auxiliary: both are fitted with a penalty on what their predictions differ by.
 *
 *     min over β, γ of ‖y_0 - X_0 β‖² + ‖y_1 - X_1 (β + γ)‖² + λ ‖X_0 γ‖²
 *     β̂ = W β̂_0 + (I - W) β̂_1,  W = ((1+λ) V_1 + λ V_0)^-1 (V_1 + λ V_0)
 *
 * V_k = X_k'X_k, β̂_k: least squares of each. λ = 0 is the primary alone, Infinity is pooling. With eigenvalues ν_j of V_0 relative to V_1
 * (V_0 u = ν V_1 u), θ = λ/(1+λ) and r_j = θ/(1 + θ ν_j):
 *
 *     tr W = Σ (1 - r_j)
 *     Cp n_0      = RSS_0 + Σ r_j² g_j² + 2 s_0² tr W - n_0 s_0²,  unbiased for the in-sample risk
 *     plug-in n_0 = Σ s_0² (1-r_j)² + r_j² k_j,  k_j = max(s_1² ν_j, g_j² - s_0²)
 *
 * g_j: the difference of the two fits along direction j, in the metric V_0. s_k² = RSS_k/(n_k - D) unless given.
 * θ in [0, 1] is searched on a grid and refined. The plug-in's bias correction is ours.
 *
 * @throws LinearTheoryError `singular` when a design does not determine its coefficients, `bad-data` when a variance is to be estimated and
 * n_k ≤ D, `bad-option` for a negative λ, `shape` or `non-finite` for bad samples.
 * Cost: (n_0 + n_1) D² + a singular value decomposition of D×D.
 * Source: Chen, Owen and Shi, Data enriched linear regression, Electronic Journal of Statistics 2015, https://arxiv.org/abs/1304.1837
 */
export function dataEnriched(
  primary: TaskData,
  auxiliary: TaskData,
  {
    penalty = "cp",
    noise,
  }: { readonly penalty?: DataEnrichedPenalty; readonly noise?: readonly [number, number] } = {},
): DataEnrichedFit {
  if (typeof penalty === "number" ? !(penalty >= 0) : penalty !== "cp" && penalty !== "plug-in")
    throw new LinearTheoryError("bad-option", `penalty must be cp, plug-in or at least 0, not ${penalty}.`, {
      penalty,
    });
  const [own, other] = samplesOf([primary, auxiliary]).map(fit) as [OwnFit, OwnFit];
  const [s0, s1] = [variance(own, 0, noise?.[0]), variance(other, 1, noise?.[1])];
  const { values, difference, back } = common(own, other);
  const squares = difference.map((value) => value * value);
  const share = (theta: number, j: number): number => theta / (1 + theta * values[j]!);
  const degrees = (theta: number): number => values.reduce((sum, _, j) => sum + 1 - share(theta, j), 0);
  const cp = (theta: number): number =>
    squares.reduce(
      (sum, square, j) => sum + share(theta, j) ** 2 * square,
      own.residual + s0 * (2 * degrees(theta) - own.rows),
    ) / own.rows;
  const plugIn = (theta: number): number =>
    squares.reduce((sum, square, j) => {
      const r = share(theta, j);
      return sum + s0 * (1 - r) ** 2 + r * r * Math.max(s1 * values[j]!, square - s0);
    }, 0) / own.rows;
  const of = penalty === "plug-in" ? plugIn : cp;
  const theta =
    typeof penalty !== "number"
      ? minimise(of, 0, 1, 100).at
      : penalty === Number.POSITIVE_INFINITY
        ? 1
        : penalty / (1 + penalty);
  const moved = back(difference.map((value, j) => share(theta, j) * value));
  const coefficients = own.coefficients.map((value, i) => value + moved[i]!);
  // γ̂ of the joint fit solves (V_1 + λ V_0) γ = V_1 (β̂_1 - β̂): along direction j it is (β̂_1 - β̂)/(1 + λ ν_j).
  const left = back(
    difference.map(
      (value, j) => ((1 - share(theta, j)) * value * (1 - theta)) / (1 - theta + theta * values[j]! || 1),
    ),
  );
  return {
    coefficients: [...allFinite(coefficients, "The coefficients")],
    difference: [...allFinite(left, "The difference")],
    penalty: theta === 1 ? Number.POSITIVE_INFINITY : theta / (1 - theta),
    degrees: notNaN(degrees(theta), "The degrees of freedom"),
    risk: notNaN(of(theta), "The estimated risk"),
  };
}

interface OwnFit {
  readonly rows: number;
  readonly size: number;
  /** L with V = LL', its strict upper triangle zero. */
  readonly lower: Float64Array;
  readonly coefficients: Float64Array;
  readonly residual: number;
}

function fit(samples: Samples): OwnFit {
  const { rows, columns: size } = samples;
  const x = { rows, columns: size, values: samples.x };
  const y = { rows, columns: 1, values: samples.y };
  const gram = allFinite(transposedProduct(x, x).values, "The products of features");
  const lower = cholesky(gram, size).map((value, i) => (i % size > Math.floor(i / size) ? 0 : value));
  const coefficients = allFinite(
    choleskySolve(lower, size, column(transposedProduct(x, y), 0)),
    "The coefficients",
  );
  return { rows, size, lower, coefficients, residual: squaredResiduals(x, y, coefficients) };
}

function squaredResiduals(x: Rectangular, y: Rectangular, coefficients: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.rows; i++) {
    let left = y.values[i]!;
    for (let j = 0; j < x.columns; j++) left -= x.values[i * x.columns + j]! * coefficients[j]!;
    sum += left * left;
  }
  return notNaN(sum, "The sum of squared residuals");
}

function variance({ rows, size, residual }: OwnFit, task: number, given: number | undefined): number {
  if (given !== undefined) {
    if (!Number.isFinite(given) || given < 0)
      throw new LinearTheoryError(
        "bad-option",
        `noise[${task}] must be finite and at least 0, not ${given}.`,
        {
          task,
        },
      );
    return given;
  }
  if (rows <= size)
    throw new LinearTheoryError(
      "bad-data",
      `Task ${task} has ${rows} samples for ${size} features, which leave nothing to estimate its noise from: give noise.`,
      { task, rows },
    );
  return residual / (rows - size);
}

/** Directions that diagonalise V_0 and V_1 together: ν, the fits' difference along them in the metric V_0, and the way back. */
function common(
  own: OwnFit,
  other: OwnFit,
): { values: Float64Array; difference: Float64Array; back: (along: Float64Array) => Float64Array } {
  const { size, lower } = own;
  // With V_0 = LL' and V_1 = MM', the squared singular values of N = M'L^-T are 1/ν. Column i of M gives row i of N.
  const values = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const row = values.subarray(i * size, (i + 1) * size);
    for (let j = 0; j < size; j++) row[j] = other.lower[j * size + i]!;
    allFinite(forwardSolve(lower, size, row), "The products of features");
  }
  const { values: singular, right } = spectrum({ rows: size, columns: size, values });
  if (!(singular[size - 1]! > 0))
    throw new LinearTheoryError(
      "singular",
      "The auxiliary's design does not determine its coefficients beside the primary's: drop features that others determine.",
    );
  const gap = other.coefficients.map((value, i) => value - own.coefficients[i]!);
  // L'gap, then along the singular vectors.
  const scaled = gap.map((_, i) => gap.reduce((sum, value, k) => sum + lower[k * size + i]! * value, 0));
  const difference = scaled.map((_, j) =>
    scaled.reduce((sum, value, i) => sum + right[i * size + j]! * value, 0),
  );
  const back = (along: Float64Array): Float64Array => {
    const vector = along.map((_, i) =>
      along.reduce((sum, value, j) => sum + right[i * size + j]! * value, 0),
    );
    for (let i = size - 1; i >= 0; i--) {
      for (let k = i + 1; k < size; k++) vector[i]! -= lower[k * size + i]! * vector[k]!;
      vector[i]! /= lower[i * size + i]!;
    }
    return vector;
  };
  return { values: singular.map((sigma) => 1 / sigma ** 2), difference, back };
}
