/** "mean": weights as in the paper, a mean (or a point of the simplex). "sum": those times T, so that equal weights are all 1. */
export type Scale = "sum" | "mean";

/** Weights of a "mean" rule on the scale asked for. */
export function toScale(weights: readonly number[], scale: Scale): number[] {
  return weights.map((weight) => (scale === "sum" ? weight * weights.length : weight));
}
