import { applySpectral, symmetricEigen } from "../../solve/eigen.ts";
import type { Gram } from "./read.ts";

/** Which eigenvalue the balanced gradients' common square length is: the smallest, the median or the mean. */
export type Unit = "min" | "median" | "rmse";

/**
 * B = √λ_s V Λ^(−1/2) Vᵀ for G = VΛVᵀ, over the eigenvalues above T · 1.2e-7 · λ_max: the gradients Σ_k B_ik g_k are orthogonal and of length
 * √λ_s, and nearest to the given ones among those; BGBᵀ = λ_s 1 on the span. G must not be 0.
 */
export function balance(gram: Gram, unit: Unit): number[][] {
  const eigen = symmetricEigen(gram);
  const tolerance = gram.length * 2 ** -23;
  const kept = eigen.values.filter((value) => value > tolerance * eigen.values[0]!);
  const square = {
    min: kept.at(-1)!,
    // The lower of two middle values, as torch.median.
    median: kept[Math.floor(kept.length / 2)]!,
    rmse: kept.reduce((a, b) => a + b, 0) / kept.length,
  }[unit];
  return gram.map((_, i) =>
    applySpectral(
      eigen,
      (value) => Math.sqrt(square / value),
      gram.map((__, k) => (k === i ? 1 : 0)),
      tolerance,
    ),
  );
}
