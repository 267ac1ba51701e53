import { LinearTheoryError } from "../error.ts";
import { notNaN } from "../finite.ts";
import { rectangular } from "../linalg/matrix.ts";
import { primaryColumn, primaryTail, type Spectrum, spectrum } from "../linalg/spectrum.ts";
import { checkWidth } from "./setting.ts";

export interface NetworkSure {
  /** SURE. May be negative; Infinity where σ_q = σ_{q+1}. */
  readonly risk: number;
  /** ‖M̂ (I - P̂) e_0‖². */
  readonly residual: number;
  /** div_0, the effective number of parameters of the primary: D for least squares alone; it grows without bound near a tie. */
  readonly divergence: number;
  readonly caution?: string;
}

/**
 * An unbiased estimate of the primary's risk in a linear network, from data alone (Stein's unbiased risk estimate).
 *
 *     SURE = ‖M̂ (I-P̂) e_0‖² - D v_0 + 2 v_0 div_0,  div_0 = D P̂_00 + Σ_{i≤q<j} (λ_i v_j0² + λ_j v_i0²)/(λ_i - λ_j),  E SURE = E ‖(M̂P̂ - M) e_0‖²
 *
 * M̂ = M + E: D×T, as in `LinearNetwork`; λ_i, v_i: eigenvalues (decreasing, missing ones 0) and eigenvectors of M̂'M̂; P̂ = Σ_{i≤q} v_i v_i'.
 * Only the primary's noise v_0 must be known; that of the auxiliaries may be anything that is independent of it. The rank is fixed, not a
 * threshold on λ, so that M̂P̂ is continuous but for a set of codimension 2. Near σ_q = σ_{q+1} its variance is infinite: see `caution`.
 *
 * @throws LinearTheoryError `shape` or `non-finite` for a bad M̂, `bad-problem` for a negative v_0 or a width out of range.
 * Cost: one singular value decomposition of D×T, and q (T-q).
 * Source: own derivation; on spectral functions in general: Candès, Sing-Long and Trzasko, Unbiased risk estimates for singular value
 * thresholding and spectral estimators, IEEE Transactions on Signal Processing 2013, https://arxiv.org/abs/1210.4139
 */
export function networkSure(
  estimate: readonly (readonly number[])[],
  { noise, width }: { readonly noise: number; readonly width: number },
): NetworkSure {
  const matrix = rectangular(estimate, "estimate");
  checkWidth(width, matrix.columns);
  if (!Number.isFinite(noise) || noise < 0)
    throw new LinearTheoryError(
      "bad-problem",
      `noise must be the primary's finite variance of at least 0, not ${noise}.`,
      { noise },
    );
  return sureOf(spectrum(matrix), matrix.rows, noise, width);
}

/** The same where M̂'s spectrum is at hand. Cost: q (T-q). */
export function sureOf(ofEstimate: Spectrum, features: number, noise: number, width: number): NetworkSure {
  const tasks = ofEstimate.values.length;
  if (width >= Math.min(features, tasks))
    return { risk: features * noise, residual: 0, divergence: features };
  const residual = notNaN(primaryTail(ofEstimate, width), "The residual");
  const divergence = features * primaryColumn(ofEstimate, width)[0]! + turning(ofEstimate, width);
  const caution = tieCaution(ofEstimate, Math.sqrt(noise), width);
  return {
    risk: notNaN(noise === 0 ? residual : residual + noise * (2 * divergence - features), "SURE"),
    residual,
    divergence,
    ...(caution !== undefined && { caution }),
  };
}

/** Σ_{i≤q<j} (λ_i v_j0² + λ_j v_i0²)/(λ_i - λ_j) in ratios of singular values, so that no square overflows. */
function turning({ values, right }: Spectrum, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++)
    for (let j = width; j < values.length; j++) {
      if (values[i] === values[j]) return Number.POSITIVE_INFINITY;
      const ratio = (values[j]! / values[i]!) ** 2;
      sum += (right[j]! ** 2 + ratio * right[i]! ** 2) / (1 - ratio);
    }
  return sum;
}

function tieCaution({ values }: Spectrum, noise: number, width: number): string | undefined {
  const gap = values[width - 1]! - values[width]!;
  return gap <= noise
    ? `Singular values ${width} and ${width + 1} differ by ${gap}, the noise is ${noise}: near a tie SURE varies without bound. Take another width.`
    : undefined;
}
