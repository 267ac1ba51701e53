import { dot } from "../../solve/algebra.ts";
import type { Gram } from "./read.ts";

/**
 * Gradient vaccine with the order of the tasks given: in row i, for every j ≠ i in `orders[i]`, a component of g_j is added where the
 * cosine c of g_i' and g_j lies below its target ρ_ij, just enough to reach it; then ρ_ij ← (1 − β) ρ_ij + β c. Returns the
 * weights of the original gradients in Σ_i g_i', and the new targets.
 *
 * The amount is ‖g_i'‖ (ρ √(1 − c²) − c √(1 − ρ²)) / (‖g_j‖ √(1 − ρ²) + ε) with c = ⟨g_i', g_j⟩ / (‖g_i'‖ ‖g_j‖ + ε). Gradients of length 0
 * are left alone. O(T³).
 */
export function vaccinate(
  gram: Gram,
  orders: readonly (readonly number[])[],
  targets: Gram,
  beta: number,
  epsilon: number,
): { weights: number[]; targets: number[][] } {
  const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
  const total = gram.map(() => 0);
  const next = targets.map((row) => [...row]);
  for (const [i, order] of orders.entries()) {
    const own = gram.map((_, k) => (k === i ? 1 : 0) as number);
    /** ⟨g_i', g_k⟩ for every k. */
    const products = [...gram[i]!];
    for (const j of order) {
      const other = lengths[j]!;
      if (j === i || !(other > 0)) continue;
      const length = Math.sqrt(Math.max(0, dot(own, products)));
      // What is left where everything cancels is rounding, and so is its direction.
      const parts = own.reduce((sum, weight, k) => sum + Math.abs(weight) * lengths[k]!, 0);
      if (!(length > 1e-7 * parts)) continue;
      const c = Math.max(-1, Math.min(1, products[j]! / (length * other + epsilon)));
      // At a target of 1 no finite amount would do.
      const target = Math.max(-1 + 1e-9, Math.min(1 - 1e-9, next[i]![j]!));
      if (c < target) {
        const sine = Math.sqrt(1 - target * target);
        const amount = (length * (target * Math.sqrt(1 - c * c) - c * sine)) / (other * sine + epsilon);
        own[j]! += amount;
        for (const [k, value] of gram[j]!.entries()) products[k]! += amount * value;
      }
      next[i]![j] = (1 - beta) * next[i]![j]! + beta * c;
    }
    for (const [k, weight] of own.entries()) total[k]! += weight;
  }
  return { weights: total, targets: next };
}
