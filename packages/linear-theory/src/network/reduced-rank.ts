import { LinearTheoryError } from "../error.ts";
import { allFinite, notNaN } from "../finite.ts";
import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import {
  column,
  product,
  type Rectangular,
  type Rows,
  rectangular,
  rowsOf,
  transposedProduct,
} from "../linalg/matrix.ts";
import { projector, spectrum } from "../linalg/spectrum.ts";
import { checkWeights, checkWidth } from "./setting.ts";

/** The samples of all tasks where they share one design. */
export interface SharedDesign {
  /** X, n×D. */
  readonly x: Rows;
  /** Y, n×T: column k holds the labels of task k, column 0 those of the primary. */
  readonly y: Rows;
}

export interface ReducedRank {
  /** Ŵ_q, D×T: column k are the coefficients of task k. Its rank is at most q. */
  readonly coefficients: readonly (readonly number[])[];
  /** P̂, T×T: the projector on the first q right singular vectors of X Ŵ D^{1/2}. */
  readonly projector: readonly (readonly number[])[];
  /** β̂_k = (a_k/a_0)^{1/2} P̂_k0: the primary's coefficients are Σ_k β̂_k ŵ_k, ŵ_k being least squares of task k alone. */
  readonly combination: readonly number[];
  /** Σ_k a_k ‖y_k - X w_k‖². */
  readonly loss: number;
  /** Those of X Ŵ D^{1/2}, length T. */
  readonly singularValues: readonly number[];
  readonly caution?: string;
}

/**
 * The linear network x' A b_k of width q that minimises Σ_k a_k ‖y_k - X A b_k‖², in closed form: reduced-rank regression.
 *
 *     Ŵ_q = Ŵ D^{1/2} P̂ D^{-1/2},  P̂ = V_q V_q',  V_q = first q right singular vectors of X Ŵ D^{1/2}
 *
 * Ŵ (D×T): least squares of each task; D = diag(a). At q = T this is Ŵ itself: no transfer.
 * Gradient descent on the two layers ends here, since the squared loss of a linear network has no bad local minimum.
 *
 * @throws LinearTheoryError `singular` when X'X is, `bad-problem` for a width or a weight out of range, `shape` or `non-finite` for bad samples.
 * Cost: n D² + D³/6 + n D T, and one singular value decomposition of D×T.
 * Source: Izenman, Reduced-rank regression for the multivariate linear model, Journal of Multivariate Analysis 1975,
 * https://doi.org/10.1016/0047-259X(75)90042-1; by Eckart and Young's theorem, as the residual of least squares is orthogonal to X.
 */
export function reducedRank(
  design: SharedDesign,
  { width, weights }: { readonly width: number; readonly weights?: readonly number[] },
): ReducedRank {
  const { x, y } = checkDesign(design);
  const tasks = y.columns;
  checkWidth(width, tasks);
  const a = checkWeights(weights ?? new Array<number>(tasks).fill(1), tasks);
  const { coefficients: ols, root } = leastSquares(x, y);
  const scaled = { ...root, values: root.values.map((value, i) => value * Math.sqrt(a[i % tasks]!)) };
  const { values, right } = spectrum(scaled);
  const p = projector({ values, right }, width);
  const mix = {
    ...p,
    values: p.values.map((value, i) => value * Math.sqrt(a[Math.floor(i / tasks)]! / a[i % tasks]!)),
  };
  const fitted = width === tasks ? ols : product(ols, mix);
  const tie = width < tasks && values[width - 1]! - values[width]! <= 1e-9 * values[0]!;
  allFinite(fitted.values, "The coefficients");
  return {
    coefficients: rowsOf(fitted),
    projector: rowsOf(p),
    combination: [...column(mix, 0)],
    loss: notNaN(weightedLoss(x, y, fitted, a), "The loss"),
    singularValues: [...values],
    ...(tie && {
      caution: `Singular values ${width} and ${width + 1} are equal: the minimiser is not unique.`,
    }),
  };
}

/** Samples of a shared design, checked. */
export function checkDesign(design: SharedDesign): { x: Rectangular; y: Rectangular } {
  const x = rectangular(design.x, "x");
  const y = rectangular(design.y, "y");
  if (x.rows !== y.rows)
    throw new LinearTheoryError("shape", `x has ${x.rows} rows and y has ${y.rows}.`, {
      x: x.rows,
      y: y.rows,
    });
  return { x, y };
}

/**
 * Ŵ, least squares of every column of Y on X, and L'Ŵ with X'X = LL', which has the singular values and right singular vectors of XŴ.
 * Throws `singular`. Cost: n D² + D³/6 + (n + D) D T.
 */
export function leastSquares(
  x: Rectangular,
  y: Rectangular,
): { coefficients: Rectangular; root: Rectangular } {
  const { columns: size } = x;
  const lower = cholesky(transposedProduct(x, x).values, size);
  const moments = transposedProduct(x, y);
  const coefficients = new Float64Array(size * y.columns);
  for (let k = 0; k < y.columns; k++)
    for (const [i, value] of choleskySolve(lower, size, column(moments, k)).entries())
      coefficients[i * y.columns + k] = value;
  const fitted = { rows: size, columns: y.columns, values: allFinite(coefficients, "The coefficients") };
  const strict = lower.map((value, i) => (i % size > Math.floor(i / size) ? 0 : value));
  return {
    coefficients: fitted,
    root: transposedProduct({ rows: size, columns: size, values: strict }, fitted),
  };
}

function weightedLoss(
  x: Rectangular,
  y: Rectangular,
  coefficients: Rectangular,
  weights: readonly number[],
): number {
  const fitted = product(x, coefficients).values;
  let sum = 0;
  for (const [i, value] of y.values.entries()) sum += weights[i % y.columns]! * (value - fitted[i]!) ** 2;
  return sum;
}
