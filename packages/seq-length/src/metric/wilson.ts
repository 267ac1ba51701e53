import { OutriggerError } from "@outrigger/core/error";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a proportion p = k/n: (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n). It stays within [0, 1], and at 0 or
 * n successes it is not of width 0.
 *
 * Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical Association, 1927,
 * https://doi.org/10.1080/01621459.1927.10502953.
 *
 * @param z standard normal quantile. Default 1.959964: 95 %.
 * @throws OutriggerError `bad-data` unless 0 <= successes <= trials are whole numbers and trials is at least 1.
 */
export function wilsonInterval(successes: number, trials: number, z = 1.959963984540054): Interval {
  const sound =
    Number.isInteger(successes) && Number.isInteger(trials) && successes >= 0 && successes <= trials;
  if (!sound || trials < 1)
    throw new OutriggerError("bad-data", `${successes} successes in ${trials} trials are no proportion.`);
  const p = successes / trials;
  const z2 = (z * z) / trials;
  const half = z * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials));
  // At either end the bound is exact, but for rounding.
  return {
    low: successes === 0 ? 0 : (p + z2 / 2 - half) / (1 + z2),
    high: successes === trials ? 1 : (p + z2 / 2 + half) / (1 + z2),
  };
}
