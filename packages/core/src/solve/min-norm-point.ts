import { nnls } from "./nnls.ts";
import { shareAmongTwins } from "./twins.ts";

/**
 * The point of smallest norm in the convex hull of n vectors: argmin of xᵀHx over x ≥ 0, Σ_k x_k = 1, where H (n × n) holds their
 * inner products.
 *
 * The problem is one of non-negative least squares: the minimiser u of ½ uᵀHu + ½ (Σ_k u_k − 1)² over u ≥ 0 is a multiple of x,
 * because for u = t·x the best t leaves ½ q/(1 + q) with q = xᵀHx, which grows with q. Equal vectors share their weight equally
 * (all of them, if all are 0). Exact up to rounding, O(n⁴).
 */
export function minNormPoint(gram: readonly (readonly number[])[]): number[] {
  const diagonal = gram.map((row, k) => row[k]!);
  const largest = Math.max(...diagonal, 0);
  // The shortest vector sets the unit, because the answer is no longer than it.
  const unit = Math.max(Math.min(...diagonal.filter((value) => value > 0)), 1e-60 * largest);
  if (largest === 0) return gram.map(() => 1 / gram.length);
  const solution = nnls(
    gram.map((row) => row.map((value) => value / unit + 1)),
    gram.map(() => 1),
  );
  const total = solution.reduce((sum, value) => sum + value, 0);
  return shareAmongTwins(
    gram,
    solution.map((value) => value / total),
  );
}
