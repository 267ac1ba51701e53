import { LinearTheoryError } from "../error.ts";
import { notNaN } from "../finite.ts";
import { type Risk, risk } from "../problem.ts";

/** One regression on isotropic Gaussian features. */
export interface IsotropicProblem {
  /** D, the features that the model uses. */
  readonly features: number;
  /** n. */
  readonly samples: number;
  /** s², the noise variance. */
  readonly noise: number;
  /** ‖w‖² of the coefficients of the features used. */
  readonly signal: number;
  /** ‖w'‖² of features that the model does not see and that act as noise; 0 by default. */
  readonly unseen?: number;
}

/**
 * Expected excess risk of least squares with the smallest norm, on both sides of n = D, for features N(0, I).
 *
 *     D < n-1:  variance t² D/(n-D-1), bias² 0
 *     D > n+1:  variance t² n/(D-n-1), bias² ‖w‖² (1 - n/D)
 *
 * t² = s² + ‖w'‖²; ‖w'‖² itself is added to bias². Infinity for |n - D| ≤ 1, the peak. Exact.
 *
 * @throws LinearTheoryError `bad-problem` for a count below 1, or a variance or squared norm that is negative or not finite.
 * Cost: O(1). Source: Belkin, Hsu and Xu, Two models of double descent for weak features, SIAM Journal on Mathematics of Data Science
 * 2020, https://arxiv.org/abs/1903.07571; it follows from the mean of an inverse Wishart matrix and of a random projector.
 */
export function minimumNormRisk(problem: IsotropicProblem): Risk {
  const { features, samples, noise, signal, unseen = 0 } = checkIsotropic(problem);
  const total = noise + unseen;
  if (Math.abs(samples - features) <= 1)
    return risk(
      unseen,
      Number.POSITIVE_INFINITY,
      true,
      `${samples} samples and ${features} features: the expectation is infinite within 1 of n = D.`,
    );
  return features < samples
    ? risk(unseen, notNaN((total * features) / (samples - features - 1), "The variance"), true)
    : risk(
        unseen + signal * (1 - samples / features),
        notNaN((total * samples) / (features - samples - 1), "The variance"),
        true,
      );
}

/**
 * The double-descent curve: the minimum-norm risk of models that use the first D = 1, 2, … , `coefficients.length` features.
 * Coefficients beyond D are unseen.
 *
 * @param coefficients w, finite. @returns one risk a model, in order of D. @throws LinearTheoryError as `minimumNormRisk`. Cost: O(length).
 */
export function doubleDescentCurve(
  coefficients: readonly number[],
  { samples, noise }: { readonly samples: number; readonly noise: number },
): Risk[] {
  const squares = coefficients.map((value) => value * value);
  const suffix = new Float64Array(squares.length + 1);
  for (let i = squares.length - 1; i >= 0; i--) suffix[i] = suffix[i + 1]! + squares[i]!;
  let signal = 0;
  return squares.map((square, i) => {
    signal += square;
    return minimumNormRisk({ features: i + 1, samples, noise, signal, unseen: suffix[i + 1]! });
  });
}

/**
 * Expected excess risk of ridge regression towards a source's coefficients, argmin_w ‖y - X w‖² + λ ‖w - w_source‖², for features N(0, I).
 *
 *     R ≈ λ² (-h') Δ + s² D (h + λ h'),  h (λ + n/(1 + D h)) = 1,  h' = dh/dλ
 *
 * Δ = ‖w - w_source‖² is the problem's `signal` (with w_source = 0: ordinary ridge); the source is independent of X and y. λ = 0 is the
 * minimum-norm fit nearest to the source and exact (`minimumNormRisk`); λ > 0 is a deterministic equivalent, within about 2 % of simulations at D = 40, n = 20 and 80;
 * λ = Infinity is the source itself. The best λ is D s²/Δ at every size, see `bestRidgeToSource`.
 *
 * @throws LinearTheoryError as `minimumNormRisk`, and `bad-option` for λ < 0 or NaN.
 * Cost: O(1). Source: own derivation of the equivalent (Marchenko and Pastur's law); transfer by ridge to a source: Dar, LeJeune and
 * Baraniuk, The common intuition to transfer learning can win or lose, 2021, https://arxiv.org/abs/2103.05621
 */
export function ridgeToSourceRisk(problem: IsotropicProblem, lambda: number): Risk {
  const { features, samples, noise, signal, unseen = 0 } = checkIsotropic(problem);
  if (!(lambda >= 0))
    throw new LinearTheoryError("bad-option", `lambda must be at least 0, not ${lambda}.`, { lambda });
  if (lambda === 0) return minimumNormRisk(problem);
  if (lambda === Number.POSITIVE_INFINITY) return risk(unseen + signal, 0, true);
  // With g = λh: g (1 + n/(λ + D g)) = 1, a quadratic with one root in (0, 1): D g² + (λ + n - D) g - λ = 0.
  const half = (lambda + samples - features) / 2;
  const root = Math.hypot(half, Math.sqrt(features) * Math.sqrt(lambda));
  const g = half > 0 ? lambda / (half + root) : (root - half) / features;
  const slope = (1 - g) / (2 * root);
  // g' = h + λ h', so that -λ² h' = g - λ g'.
  return risk(
    unseen + notNaN(Math.max(0, g - lambda * slope) * signal, "bias²"),
    notNaN((noise + unseen) * features * slope, "The variance"),
    false,
  );
}

/**
 * λ = D t²/Δ, the ridge towards a source that is best for isotropic features, at every n and D; Infinity when the source is right.
 *
 * With eigenvalues α of X'X the risk is Σ (Δ λ²/D + t² α)/(α + λ)² on average over directions, and this λ is the minimum of every term.
 * @throws LinearTheoryError as `minimumNormRisk`. Source: own derivation.
 */
export function bestRidgeToSource(problem: IsotropicProblem): number {
  const { features, noise, signal, unseen = 0 } = checkIsotropic(problem);
  return signal === 0 ? Number.POSITIVE_INFINITY : (features * (noise + unseen)) / signal;
}

function checkIsotropic(problem: IsotropicProblem): IsotropicProblem {
  const { features, samples, noise, signal, unseen = 0 } = problem;
  for (const [name, value] of Object.entries({ features, samples }))
    if (!Number.isInteger(value) || value < 1)
      throw new LinearTheoryError(
        "bad-problem",
        `${name} must be a whole number of at least 1, not ${value}.`,
        {
          [name]: value,
        },
      );
  for (const [name, value] of Object.entries({ noise, signal, unseen }))
    if (!Number.isFinite(value) || value < 0)
      throw new LinearTheoryError("bad-problem", `${name} must be finite and at least 0, not ${value}.`, {
        [name]: value,
      });
  return problem;
}
