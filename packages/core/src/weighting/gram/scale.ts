/**
 * "mean": weights as in the paper, a mean (or a point of the simplex). "sum": those times their number, so that equal weights are all 1. Their
 * number is that of the tasks, or of those that have a gradient where a rule asks about these alone.
 */
export type Scale = "sum" | "mean";

export const scales: readonly Scale[] = ["sum", "mean"];

/** Weights of a "mean" rule on the scale asked for. */
export function toScale(weights: readonly number[], scale: Scale): number[] {
  return weights.map((weight) => (scale === "sum" ? weight * weights.length : weight));
}
