import { moments, type TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { apply, inner } from "../linalg/matrix.ts";
import { pooledFit } from "../risk/mallows-cp.ts";
import { scaledWeights } from "../risk/scale.ts";
import { ownFits } from "./own-fits.ts";

/** A primary's fit drawn towards the auxiliaries'. */
export interface JamesStein {
  /** Length D. */
  readonly coefficients: readonly number[];
  /** How much of the way from the own fit to the auxiliaries' was gone: 0 the own fit, 1 the auxiliaries'. */
  readonly shrinkage: number;
  /** The primary's own least-squares fit. */
  readonly own: readonly number[];
  /** The pooled fit of the auxiliaries, to which `own` was drawn. */
  readonly target: readonly number[];
}

/**
 * James and Stein's estimator with the auxiliaries' pooled fit ŵ_1 as its origin, positive part:
 * ŵ = ŵ_1 + (1 - ((D - 2) / (n_0 - D + 2)) RSS_0 / |ŵ_0 - ŵ_1|²_A0)_+ (ŵ_0 - ŵ_1), A_0 = X_0'X_0.
 *
 * On the primary's rows and for normal errors its risk is below that of least squares whatever the shifts, since ŵ_1 does not depend on the primary's labels: no noise,
 * shift or weight need be known. For D ≤ 2 there is nothing to gain and it returns the own fit.
 *
 * @param weights Of the auxiliaries' squared errors, length T - 1. Default: equal.
 * @throws LinearTheoryError `bad-data` without an auxiliary or when the primary has at most D rows; `singular` when own or pooled rows are; `bad-option` for the weights.
 * Cost: O(Σ n_k D² + D³). James and Stein, Estimation with quadratic loss, Fourth Berkeley Symposium, 1961; unknown variance as in Lehmann and Casella,
 * Theory of Point Estimation, 1998, section 5.5.
 */
export function jamesSteinTransfer(tasks: readonly TaskData[], weights?: readonly number[]): JamesStein {
  const auxiliaries = tasks.slice(1);
  if (auxiliaries.length === 0)
    throw new LinearTheoryError("bad-data", "There must be at least one auxiliary task to draw towards.", {});
  const all = moments(tasks);
  const scaled = scaledWeights(weights ?? auxiliaries.map(() => 1), auxiliaries.length);
  const fit = ownFits(tasks.slice(0, 1))[0]!;
  const target = pooledFit(all.slice(1), scaled).coefficients;
  const features = target.length;
  const off = fit.coefficients.map((value, i) => value - target[i]!);
  const distance = inner(off, apply(fit.gram, off, features));
  const allowed = (Math.max(0, features - 2) / (fit.rows - features + 2)) * fit.residual;
  const shrinkage = allowed >= distance ? (features > 2 ? 1 : 0) : allowed / distance;
  const coefficients = target.map((value, i) => value + (1 - shrinkage) * off[i]!);
  if (!coefficients.every(Number.isFinite))
    throw new LinearTheoryError("non-finite", "The coefficients overflow: rescale labels or features.", {});
  return { coefficients: [...coefficients], shrinkage, own: [...fit.coefficients], target: [...target] };
}
