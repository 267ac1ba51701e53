import { nnls } from "../../solve/nnls.ts";
import { cosine, type Gram, split } from "./read.ts";

/** One batch's say in the first weights: cos(g_p, g_k) of every auxiliary, times min(1, ‖g_p‖/‖g_k‖) if norms are capped. */
export function aligned(gram: Gram, primary: number, capNorms: boolean): number[] {
  const own = gram[primary]![primary]!;
  return gram
    .map((row, k) => {
      const shorten = capNorms && row[k]! > own ? Math.sqrt(own / row[k]!) : 1;
      return shorten * cosine(gram, primary, k);
    })
    .filter((_, k) => k !== primary);
}

/**
 * Brings Σ_k w_k g_k nearer to g_p: w ← max(0, w − rate (Mw − b)/trace(M)), or for `rate` null the nearest w ≥ 0. The trace bounds
 * M's largest eigenvalue, so any rate below 2 descends, whatever the scale of the gradients.
 */
export function adapt(
  gram: Gram,
  primary: number,
  weights: readonly number[],
  rate: number | null,
): number[] {
  const { block, target } = split(gram, primary);
  if (rate === null) return nnls(block, target);
  const trace = block.reduce((sum, row, k) => sum + row[k]!, 0);
  if (!(trace > 0)) return [...weights];
  return weights.map((weight, i) => {
    const slope = block[i]!.reduce((sum, value, j) => sum + value * weights[j]!, -target[i]!);
    return Math.max(0, weight - (rate * slope) / trace);
  });
}

/** The weights scaled to sum to `budget`; as they are if it is null or all are 0. */
export function spend(weights: readonly number[], budget: number | null): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (budget === null || total === 0 ? weight : (weight / total) * budget));
}
