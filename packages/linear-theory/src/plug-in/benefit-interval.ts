import { riskRatio } from "../benefit/benefit.ts";
import type { TaskData } from "../data.ts";
import { LinearTheoryError } from "../error.ts";
import { backSolve, cholesky } from "../linalg/cholesky.ts";
import type { Problem } from "../problem.ts";
import { type Random, random } from "../random.ts";
import type { Design } from "../risk/design-risk.ts";
import { singleTaskRisk } from "../risk/single-task.ts";
import { estimateFromFits, nearestSemidefinite, rawShifts, shiftCorrections } from "./estimate-problem.ts";
import { type OwnFit, ownFits } from "./own-fits.ts";
import { quickRisk } from "./plug-in-weights.ts";

/** What data say about the benefit of given weights. */
export interface BenefitInterval {
  /** Estimated R(weights) / R_0. */
  readonly ratio: number;
  /** Ends of the bootstrap interval of the ratio. */
  readonly low: number;
  readonly high: number;
  /** "helps" when the interval lies below 1, "harms" when above, else "undecided". */
  readonly verdict: "helps" | "harms" | "undecided";
}

/** Options of `benefitInterval`. */
export interface BenefitIntervalOptions {
  /** Default "pooled". */
  readonly design?: Design;
  /** Default 0.95. */
  readonly level?: number;
  /** Default 1,000: the ends of a 95 % interval then rest on 25 resamples each. */
  readonly resamples?: number;
  /** The same seed gives the same interval. Default 0. */
  readonly seed?: number;
}

/**
 * A bootstrap interval of R(a) / R_0, the risk at weights given beforehand over that of the primary alone.
 *
 * Parametric, given all features: ŵ*_k ~ N(ŵ_k, ŝ_k² A_k^-1) and ŝ*_k² ~ ŝ_k² χ²(n_k - D) / (n_k - D). The deviation of the resample's unbiased shifts from the shifts
 * of the fitted coefficients is added to the data's unbiased shifts, so that the interval is centred on these and not on the noisier fit. Percentiles.
 * Errors are taken as normal. In simulations an interval of 90 % held the truth in 86 to 95 % of data sets. For weights chosen from the same data the interval is too optimistic: choose on one half, test on the other.
 *
 * @throws LinearTheoryError `bad-option` for level, resamples or weights, and what `estimateProblem` throws.
 * Cost: O(Σ n_k D² + T D³) and O(Σ n_k + T D² + T² D + T³) a resample. Own construction; Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
 */
export function benefitInterval(
  tasks: readonly TaskData[],
  weights: readonly number[],
  options: BenefitIntervalOptions = {},
): BenefitInterval {
  const { design = "pooled", level = 0.95, resamples = 1000, seed = 0 } = options;
  if (!(level > 0 && level < 1))
    throw new LinearTheoryError("bad-option", `level must lie between 0 and 1, not ${level}.`, { level });
  if (!Number.isSafeInteger(resamples) || resamples < 20)
    throw new LinearTheoryError(
      "bad-option",
      `resamples must be a whole number of at least 20, not ${resamples}.`,
      {
        resamples,
      },
    );
  const fits = ownFits(tasks);
  const { problem, unbiasedShifts } = estimateFromFits(fits);
  const ratioOf = (of: Problem) => riskRatio(quickRisk(of, weights, design).risk, singleTaskRisk(of).risk);
  const ratio = ratioOf(problem);
  const draw = resampler(fits, unbiasedShifts, random(seed));
  const ratios = Float64Array.from({ length: resamples }, () => ratioOf(draw())).sort();
  const low = quantile(ratios, (1 - level) / 2);
  const high = quantile(ratios, (1 + level) / 2);
  return { ratio, low, high, verdict: high < 1 ? "helps" : low > 1 ? "harms" : "undecided" };
}

/** Draws problems as other data of the same features would have shown them. */
function resampler(
  fits: readonly OwnFit[],
  shifts: readonly (readonly number[])[],
  stream: Random,
): () => Problem {
  const features = fits[0]!.cross.length;
  const centre = rawShifts(fits);
  const factors = fits.map((fit) => cholesky(fit.gram.slice(), features));
  return () => {
    const coefficients = fits.map((fit, k) => {
      // L'x = z gives x ~ N(0, (L L')^-1).
      const z = Float64Array.from({ length: features }, () => Math.sqrt(fit.noise) * stream.normal());
      return backSolve(factors[k]!, features, z).map((value, i) => value + fit.coefficients[i]!);
    });
    const noise = fits.map((fit) => {
      const freedom = fit.rows - features;
      let sum = 0;
      for (let i = 0; i < freedom; i++) sum += stream.normal() ** 2;
      return fit.noise * (sum / freedom);
    });
    const raw = rawShifts(fits, coefficients);
    const corrections = shiftCorrections(fits, noise);
    const moved = shifts.map((row, j) =>
      row.map((value, k) => value + raw[j]![k]! - corrections[j]![k]! - centre[j]![k]!),
    );
    return { features, rows: fits.map((fit) => fit.rows), noise, shifts: nearestSemidefinite(moved) };
  };
}

/** Quantile of sorted values with linear interpolation; between Infinity and itself it is Infinity. */
function quantile(sorted: Float64Array, p: number): number {
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low === high ? low : low + (high - low) * (position - below);
}
