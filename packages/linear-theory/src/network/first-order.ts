import { notNaN } from "../finite.ts";
import { rectangular } from "../linalg/matrix.ts";
import { primaryColumn, primaryTail, type Spectrum, spectrum } from "../linalg/spectrum.ts";
import { type Risk, risk } from "../problem.ts";
import { checkNetwork, checkWeights, type LinearNetwork } from "./setting.ts";

export interface FirstOrderRisk extends Risk {
  /** P_00 in [0, 1]: the share of the primary's own noise that the shared layer does not average away. */
  readonly leverage: number;
  /** D v_0, the risk of least squares of the primary alone. */
  readonly single: number;
  /** σ_q / √(largest v_k); Infinity without noise. */
  readonly signalToNoise: number;
}

/**
 * The primary's risk in a linear network to first order in the noise.
 *
 *     R ≈ ‖M (I - P) e_0‖² + (D-q) Σ_k v_k P_k0² + q v_0;  with equal v: ‖M (I - P) e_0‖² + v [D P_00 + q (1 - P_00)]
 *
 * M, v, q as in `LinearNetwork`; P: projector on the first q right singular vectors of M. bias² is what rank q leaves out.
 * Exact at q ≥ min(D, T), where it is D v_0. Otherwise within 6 % for σ_q/√v ≥ 30 and up to 40 % too low at 10 (caution below 20).
 *
 * @throws LinearTheoryError as `checkNetwork`. Cost: one singular value decomposition of D×T. Source: own derivation.
 */
export function networkFirstOrder(network: LinearNetwork): FirstOrderRisk {
  const signal = rectangular(checkNetwork(network).signal, "signal");
  return firstOrder(spectrum(signal), signal.rows, network);
}

/** The same where M's spectrum is at hand. */
export function firstOrder(
  ofSignal: Spectrum,
  features: number,
  { noise, width }: LinearNetwork,
): FirstOrderRisk {
  const tasks = noise.length;
  const single = features * noise[0]!;
  const sigma = ofSignal.values[width - 1]!;
  const signalToNoise = sigma === 0 ? 0 : sigma / Math.sqrt(Math.max(...noise));
  const leverage = Math.min(1, primaryColumn(ofSignal, width)[0]!);
  if (width >= Math.min(features, tasks))
    return { ...risk(0, single, true), leverage, single, signalToNoise };
  let mixed = 0;
  for (const [k, p] of primaryColumn(ofSignal, width).entries()) mixed += noise[k]! * p * p;
  const bias2 = notNaN(primaryTail(ofSignal, width), "bias²");
  const variance = notNaN((features - width) * mixed + width * noise[0]!, "The variance");
  return {
    ...risk(bias2, variance, false, cautionOf(ofSignal, width, signalToNoise)),
    leverage,
    single,
    signalToNoise,
  };
}

function cautionOf({ values }: Spectrum, width: number, signalToNoise: number): string | undefined {
  if (values[width - 1]! - values[width]! <= 1e-9 * values[0]!)
    return `Singular values ${width} and ${width + 1} are equal: the projector is not determined, nor is this number.`;
  if (signalToNoise < 20)
    return `Singular value ${width} is ${signalToNoise.toPrecision(3)} times the noise: below 20 the first order is too low, at 10 by up to 40 %.`;
  return undefined;
}

/**
 * The auxiliary weights that are best to first order when the coefficients have rank q exactly, whatever the primary:
 * a_k = s_0²/s_k² (a_0 = 1). They minimise Σ_k β_k² s_k² subject to W β = w_0, and make all v_k equal, as `networkBound` needs it.
 * With a bias term there is a trade-off: `autoNetwork` chooses by data.
 *
 * @param noise s_k², length T, all positive. @throws LinearTheoryError `bad-problem`. Source: own derivation.
 */
export function networkWeights(noise: readonly number[]): number[] {
  return checkWeights(noise, noise.length).map((s2) => noise[0]! / s2);
}
