import type { Bound } from "./kernel-checks.ts";

/**
 * Errors of functions in WGSL, whose specification says how loosely an adapter may round them (section 15.7.4.1, "Floating Point
 * Accuracy", https://www.w3.org/TR/WGSL/#floating-point-accuracy). All others are as close as on a CPU: sums and products are correctly
 * rounded or nearly so, exp and pow within a few units in the last place, log within 2⁻²¹, tanh within 1e-5.
 *
 * - sin, cos: 2⁻¹¹ absolute in [−π, π]; tan is their quotient.
 * - atan, atan2: 4096 units in the last place. asin and acos: 6.8e-5 absolute, or by way of atan2.
 *
 * In brackets the largest that the kernel tests found on SwiftShader, in units of the largest element of a result, for values and first
 * derivatives.
 */
const ulps = 4096 * 2 ** -23;
const loose: Readonly<Record<string, number>> = {
  /** [1.9e-4, 6.8e-5] */
  Sin: 2 ** -11,
  /** [1.9e-4, 1.9e-4] */
  Cos: 2 ** -11,
  /** [1.2e-5, 9.9e-5] */
  Tan: 2 ** -10,
  /** [below 1e-5] */
  Atan: ulps,
  /** [below 1e-5] */
  Atan2: ulps,
  /** [below 1e-5] */
  Asin: ulps,
  /** [2.0e-5, below 1e-5] */
  Acos: ulps,
};

/** Derivatives multiply functions with each other, so their errors add up. */
const spread = 2;

/** Allowed error of a graph on WebGPU, in units of the largest element of the result. */
export const onWebGpu: Bound = ({ tolerance }, { simplified }) =>
  Math.max(tolerance, ...simplified.nodes.map(({ kernel }) => spread * (loose[kernel] ?? 0)));
