import { LinearTheoryError } from "../error.ts";
import { apply, dense, gram, inner, inverse, multiply, type Rows, semidefinite } from "../linalg/matrix.ts";
import { infiniteRisk, type Risk, risk } from "../problem.ts";
import { scaledWeights } from "./scale.ts";

/** T regressions whose features are given rather than random: the risk is an expectation over the labels' errors alone. */
export interface FixedDesign {
  /** X_k, n_k×D, of every task. Length T, the primary's first. */
  readonly x: readonly Rows[];
  /** w_k, the true coefficients. T×D. */
  readonly coefficients: Rows;
  /** s_k², the noise variance of each task. Length T. */
  readonly noise: readonly number[];
  /** Sigma of the risk (w - w_0)' Sigma (w - w_0), D×D. Default: X_0'X_0 / n_0, the primary's own rows. */
  readonly metric?: Rows;
}

/** A fixed design as sums of squares, so that many weights can be tried. */
export interface PreparedDesign {
  readonly features: number;
  /** A_k = X_k'X_k, row-major. */
  readonly grams: readonly Float64Array[];
  /** w_k - w_0. */
  readonly shifts: readonly Float64Array[];
  readonly noise: readonly number[];
  readonly metric: Float64Array;
}

/**
 * The exact risk of weighted pooled least squares on given designs. With A_k = X_k'X_k, δ_k = w_k - w_0, H = Σ a_k A_k and b = H^-1 Σ a_k A_k δ_k:
 * R = b'Σb + Σ_k a_k² s_k² tr(Σ H^-1 A_k H^-1).
 *
 * @throws LinearTheoryError `singular` when H is (too few rows, or features that others determine), `shape`, `non-finite`, `bad-problem` or `bad-option` for bad input.
 * Cost: O(T n D²) once for the sums of squares, then about 4 D³ + 2 T D². Textbook (generalised least squares).
 */
export function fixedDesignRisk(design: FixedDesign, weights: readonly number[]): Risk {
  return preparedRisk(prepareDesign(design), weights);
}

/**
 * The gradient ∂R / ∂a_j of `fixedDesignRisk`, length T:
 * 2 b'ΣH^-1 A_j (δ_j - b) + 2 a_j s_j² tr(ΣH^-1 A_j H^-1) - 2 Σ_k a_k² s_k² tr(ΣH^-1 A_j H^-1 A_k H^-1).
 * It is orthogonal to a, because only ratios of weights matter. Throws and costs like `fixedDesignRisk`.
 */
export function fixedDesignGradient(design: FixedDesign, weights: readonly number[]): number[] {
  return preparedGradient(prepareDesign(design), weights).gradient;
}

/** The sums of squares of a design, checked. */
export function prepareDesign({ x, coefficients, noise, metric }: FixedDesign): PreparedDesign {
  const features = coefficients[0]?.length ?? 0;
  if (features === 0 || x.length === 0) throw bad("There must be at least one task and one feature.", {});
  if (x.length !== coefficients.length || x.length !== noise.length)
    throw bad(
      `x has ${x.length} tasks, coefficients ${coefficients.length} and noise ${noise.length}: they must have the same number.`,
      { tasks: x.length },
    );
  for (const [task, value] of noise.entries())
    if (!(Number.isFinite(value) && value >= 0))
      throw bad(`noise[${task}] must be a finite variance of at least 0, not ${value}.`, { task });
  const w = coefficients.map((row, k) => dense([row], features, `coefficients[${k}]`));
  const grams = x.map((rows, k) => gram(dense(rows, features, `x[${k}]`), features));
  const own = x[0]!.length;
  if (metric === undefined && own === 0) throw bad("x[0] has no rows, so the metric must be given.", {});
  return {
    features,
    grams,
    shifts: w.map((row) => row.map((value, i) => value - w[0]![i]!)),
    noise,
    metric:
      metric === undefined ? grams[0]!.map((value) => value / own) : semidefinite(metric, features, "metric"),
  };
}

/** `fixedDesignRisk` of a prepared design. */
export function preparedRisk(design: PreparedDesign, weights: readonly number[]): Risk {
  const { bias, sandwich, scaled } = solve(design, weights);
  const variance = design.grams.reduce(
    (sum, a, k) => sum + scaled[k]! ** 2 * design.noise[k]! * inner(sandwich, a),
    0,
  );
  return risk(inner(bias, apply(design.metric, bias, design.features)), variance, true);
}

/** The risk of the primary alone; infinite with a caution where its own rows are singular. */
export function preparedSingle(design: PreparedDesign): Risk {
  try {
    return preparedRisk(
      design,
      design.grams.map((_, k) => (k === 0 ? 1 : 0)),
    );
  } catch (error) {
    if (error instanceof LinearTheoryError && error.code === "singular")
      return infiniteRisk(
        "The primary alone has no least-squares fit: its rows do not determine all features.",
      );
    throw error;
  }
}

/** The risk of a prepared design together with its gradient. */
export function preparedGradient(
  design: PreparedDesign,
  weights: readonly number[],
): { readonly risk: number; readonly gradient: number[] } {
  const { features: n, grams, shifts, noise, metric } = design;
  const { bias, sandwich, scaled, inverted, most } = solve(design, weights);
  const spread = new Float64Array(n * n);
  for (const [k, a] of grams.entries()) {
    const factor = scaled[k]! ** 2 * noise[k]!;
    if (factor > 0) for (let i = 0; i < a.length; i++) spread[i]! += factor * a[i]!;
  }
  const third = multiply(multiply(inverted, spread, n), sandwich, n);
  const pulled = apply(inverted, apply(metric, bias, n), n);
  const gradient = grams.map((a, j) => {
    const off = shifts[j]!.map((value, i) => value - bias[i]!);
    const value =
      2 * inner(pulled, apply(a, off, n)) +
      2 * scaled[j]! * noise[j]! * inner(sandwich, a) -
      2 * inner(third, a);
    return value / most;
  });
  const value = inner(bias, apply(metric, bias, n)) + inner(sandwich, spread);
  if (Number.isNaN(value) || gradient.some(Number.isNaN))
    throw new LinearTheoryError(
      "non-finite",
      "The gradient of the risk is not a number: rescale features or labels.",
      {},
    );
  return { risk: value, gradient };
}

/** b, H^-1 and H^-1 Σ H^-1 at weights scaled to a largest of 1. */
function solve(design: PreparedDesign, weights: readonly number[]) {
  const { features: n, grams, shifts, metric } = design;
  const scaled = scaledWeights(weights, grams.length);
  const h = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (const [k, a] of grams.entries()) {
    const weight = scaled[k]!;
    if (weight === 0) continue;
    const moved = apply(a, shifts[k]!, n);
    for (let i = 0; i < h.length; i++) h[i]! += weight * a[i]!;
    for (let i = 0; i < n; i++) right[i]! += weight * moved[i]!;
  }
  const inverted = inverse(h, n);
  return {
    scaled,
    most: Math.max(...weights),
    inverted,
    bias: apply(inverted, right, n),
    sandwich: multiply(multiply(inverted, metric, n), inverted, n),
  };
}

function bad(message: string, details: Record<string, unknown>): LinearTheoryError {
  return new LinearTheoryError("bad-problem", message, details);
}
