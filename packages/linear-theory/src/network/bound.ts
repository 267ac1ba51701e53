import { LinearTheoryError } from "../error.ts";
import { notNaN } from "../finite.ts";
import { rectangular } from "../linalg/matrix.ts";
import { primaryColumn, primaryTail, type Spectrum, spectrum } from "../linalg/spectrum.ts";
import { minimise } from "../minimise.ts";
import { checkNetwork, type LinearNetwork } from "./setting.ts";

/** `sharp`: M has rank q exactly. `general`: any M. `simple`: any M, by Wedin's theorem alone. */
export type NetworkBoundKind = "sharp" | "general" | "simple";

export interface NetworkBound {
  readonly kind: NetworkBoundKind;
  /** The primary's risk is at most this. Infinity where the bound says nothing. */
  readonly bound: number;
  /** t of the events that the bound is made of; 0 for `simple`, which has none. */
  readonly t: number;
  /** D v_0, the risk of least squares of the primary alone. */
  readonly single: number;
  /** True when bound < single: the network is proved to beat least squares of the primary alone. */
  readonly certifies: boolean;
  /** Why the bound is Infinity. */
  readonly caution?: string;
}

export interface NetworkBoundOptions {
  /** `general` by default. */
  readonly kind?: NetworkBoundKind;
  /** t > 0; by default the t from 0.5 to 15 that gives the smallest bound. Every t gives a valid one. */
  readonly t?: number;
  /** For `sharp`: σ_{q+1}/σ_1 up to which M counts as of rank q. 1e-9 by default; the proof needs 0, what is above is the caller's claim. */
  readonly rankTolerance?: number;
}

/**
 * A bound on the primary's expected risk in a linear network that holds at every size, for Gaussian noise with equal v_k = v.
 *
 *     sharp    R ≤ (√(D v P_00) + β)² + (1-P_00) v [q κ² + √(D(D+2) π)],  needs s² > f² + g²
 *              κ = (s²-f²)/(s²-f²-g²),  β² = P_00 {(f/s)² (h f²/(s²-f²) + √(v(T-q)))² + v (√D + √(T-q) + 2)² √π}
 *     general  R ≤ [√(v (D P_00 + q (1-P_00))) + ‖M(I-P)e_0‖ + √P_00 (f/s)(f S + r + √(v(T-q))) + S √(D v (1-P_00))]²
 *                  + (σ_{q+1} + 3 √v (√D + √T + 2))² √π,  needs s > f;  S = min(1, h f/(s²-f²))
 *     simple   √R ≤ ‖M(I-P)e_0‖ + √(v (D P_00 + q (1-P_00))) + (2 √v B/(σ_q-σ_{q+1})) [√v (D(D+2))^{1/4} √(1-P_00) + (σ_{q+1} + √v B) √P_00]
 *
 *     s = σ_q - √v (2√q + t),  f = √v (√D + √(T-q) + t),  g = √v (√D + t),  h = √v (√q + √(T-q) + t),  π = 4 exp(-t²/2),  B = √D + √T + 2;
 *     for general f grows by σ_{q+1} and h by r = σ_{q+1} √v (√(D-q) + √q + t)/s
 *
 * σ_i: singular values of M; P: projector on its first q right singular vectors. The sharp bound's leading term is the first-order risk.
 * At q ≥ min(D, T) the risk is D v exactly and nothing is certified. With unequal noise no bound is known: Infinity.
 *
 * @throws LinearTheoryError as `checkNetwork`, and `bad-option` for t ≤ 0.
 * Cost: one singular value decomposition of D×T. Source: own derivation. The events are bounds on singular values of Gaussian matrices
 * (Davidson and Szarek 2001).
 */
export function networkBound(network: LinearNetwork, options: NetworkBoundOptions = {}): NetworkBound {
  const signal = rectangular(checkNetwork(network).signal, "signal");
  return boundOf(spectrum(signal), signal.rows, network, options);
}

/** The same where M's spectrum is at hand. */
export function boundOf(
  ofSignal: Spectrum,
  features: number,
  network: LinearNetwork,
  { kind = "general", t, rankTolerance = 1e-9 }: NetworkBoundOptions = {},
): NetworkBound {
  const { width, noise } = network;
  checkOptions(kind, t);
  const v = noise[0]!;
  const single = features * v;
  const answer = (bound: number, at: number, caution?: string): NetworkBound => ({
    kind,
    bound: notNaN(bound, "The bound"),
    t: at,
    single,
    certifies: bound < single,
    ...(caution !== undefined && { caution }),
  });
  if (width >= Math.min(features, noise.length)) return answer(single, 0);
  if (noise.some((other) => Math.abs(other - v) > 1e-12 * Math.max(v, other)))
    return answer(
      Number.POSITIVE_INFINITY,
      0,
      "The bounds need the same v_k in all columns: weigh the tasks by a_k = s_0²/s_k².",
    );
  const facts = factsOf(ofSignal, features, width, v);
  if (kind === "sharp" && facts.sigmaNext > rankTolerance * ofSignal.values[0]!)
    return answer(
      Number.POSITIVE_INFINITY,
      0,
      `The sharp bound needs rank ${width}, but singular value ${width + 1} is ${facts.sigmaNext}: take kind general.`,
    );
  const at = (x: number): number => BOUNDS[kind](facts, x);
  const best = kind === "simple" ? { at: 0, value: at(0) } : smallest(at, t);
  return Number.isFinite(best.value)
    ? answer(best.value, best.at)
    : answer(
        Number.POSITIVE_INFINITY,
        best.at,
        `Singular value ${width} is ${facts.sigma}, too small beside the noise ${Math.sqrt(v)} and its successor ${facts.sigmaNext}.`,
      );
}

function smallest(of: (t: number) => number, t: number | undefined): { at: number; value: number } {
  return t === undefined ? minimise(of, 0.5, 15, 145) : { at: t, value: of(t) };
}

function checkOptions(kind: NetworkBoundKind, t: number | undefined): void {
  if (!Object.hasOwn(BOUNDS, kind))
    throw new LinearTheoryError("bad-option", `kind must be sharp, general or simple, not ${kind}.`, {
      kind,
    });
  if (t !== undefined && !(Number.isFinite(t) && t > 0))
    throw new LinearTheoryError("bad-option", `t must be positive and finite, not ${t}.`, { t });
}

/** All that the bounds need to know. */
interface Facts {
  readonly features: number;
  readonly width: number;
  /** T - q. */
  readonly rest: number;
  readonly v: number;
  readonly sigma: number;
  readonly sigmaNext: number;
  readonly leverage: number;
  /** ‖M (I - P) e_0‖. */
  readonly tail: number;
}

function factsOf(ofSignal: Spectrum, features: number, width: number, v: number): Facts {
  return {
    features,
    width,
    rest: ofSignal.values.length - width,
    v,
    sigma: ofSignal.values[width - 1]!,
    sigmaNext: ofSignal.values[width]!,
    leverage: Math.min(1, primaryColumn(ofSignal, width)[0]!),
    tail: Math.sqrt(primaryTail(ofSignal, width)),
  };
}

const { sqrt, exp, min } = Math;

const BOUNDS: Record<NetworkBoundKind, (facts: Facts, t: number) => number> = {
  sharp({ features: d, width: q, rest, v, sigma, leverage }, t) {
    const { s, f, g, h, pi } = events(d, q, rest, v, sigma, t);
    const gap = s * s - f * f;
    if (s <= 0 || gap <= g * g) return Number.POSITIVE_INFINITY;
    const kappa = gap / (gap - g * g);
    const beta2 =
      leverage *
      (((f / s) * ((h * f * f) / gap + sqrt(v * rest))) ** 2 +
        v * (sqrt(d) + sqrt(rest) + 2) ** 2 * sqrt(pi));
    return (
      (sqrt(d * v * leverage) + sqrt(beta2)) ** 2 +
      (1 - leverage) * v * (q * kappa * kappa + sqrt(d * (d + 2) * pi))
    );
  },
  general({ features: d, width: q, rest, v, sigma, sigmaNext, leverage, tail }, t) {
    const { s, f: noiseOnly, h: noiseTurn, pi } = events(d, q, rest, v, sigma, t);
    const f = noiseOnly + sigmaNext;
    if (s <= f) return Number.POSITIVE_INFINITY;
    const rotation = (sigmaNext * sqrt(v) * (sqrt(d - q) + sqrt(q) + t)) / s;
    const angle = min(1, ((noiseTurn + rotation) * f) / (s * s - f * f));
    const good =
      sqrt(v * (d * leverage + q * (1 - leverage))) +
      tail +
      sqrt(leverage) * (f / s) * (f * angle + rotation + sqrt(v * rest)) +
      angle * sqrt(d * v * (1 - leverage));
    return good ** 2 + (sigmaNext + 3 * sqrt(v) * (sqrt(d) + sqrt(q + rest) + 2)) ** 2 * sqrt(pi);
  },
  simple({ features: d, width: q, rest, v, sigma, sigmaNext, leverage, tail }) {
    if (sigma <= sigmaNext) return Number.POSITIVE_INFINITY;
    const spread = sqrt(d) + sqrt(q + rest) + 2;
    const turned =
      sqrt(v) * (d * (d + 2)) ** 0.25 * sqrt(1 - leverage) + (sigmaNext + sqrt(v) * spread) * sqrt(leverage);
    return (
      (tail +
        sqrt(v * (d * leverage + q * (1 - leverage))) +
        ((2 * sqrt(v) * spread) / (sigma - sigmaNext)) * turned) **
      2
    );
  },
};

/** What holds of the noise outside of an event of probability at most π (each of four fails with at most exp(-t²/2)). */
function events(
  d: number,
  q: number,
  rest: number,
  v: number,
  sigma: number,
  t: number,
): { s: number; f: number; g: number; h: number; pi: number } {
  return {
    s: sigma - sqrt(v) * (2 * sqrt(q) + t),
    f: sqrt(v) * (sqrt(d) + sqrt(rest) + t),
    g: sqrt(v) * (sqrt(d) + t),
    h: sqrt(v) * (sqrt(q) + sqrt(rest) + t),
    pi: 4 * exp((-t * t) / 2),
  };
}
