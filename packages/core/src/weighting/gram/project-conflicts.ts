import { dot } from "../../solve/algebra.ts";
import type { Gram } from "./read.ts";

/**
 * PCGrad's projections with the order of the tasks given: the sum over i of g_i, made free of conflict with every g_j in
 * `orders[i]` in turn, as weights of the original gradients. Zero gradients conflict with nothing.
 *
 * Row i starts as e_i; for every j ≠ i in order, if its product q = Σ_k w_k G_kj with g_j is negative, w_j ← w_j − q / G_jj.
 * O(T³).
 */
export function projectConflicts(gram: Gram, orders: readonly (readonly number[])[]): number[] {
  const total = gram.map(() => 0);
  for (const [i, order] of orders.entries()) {
    const own = gram.map((_, k) => (k === i ? 1 : 0) as number);
    for (const j of order) {
      const square = gram[j]![j]!;
      if (j === i || !(square > 0)) continue;
      const product = dot(own, gram[j]!);
      if (product < 0) own[j]! -= product / square;
    }
    for (const [k, weight] of own.entries()) total[k]! += weight;
  }
  return total;
}
