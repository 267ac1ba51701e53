import { solvePositive } from "../../solve/newton.ts";
import { bargain } from "./bargain.ts";
import { overNonzero } from "./nonzero.ts";
import { cosines, type Gram } from "./read.ts";

/**
 * The bargaining solution under p, Gα = p/α, and p after a step of ⟨d, Σ_k α_k g_k⟩ upwards: p + lr · Jᵀc, c_k = ⟨d, g_k⟩, J = dα/dp =
 * (G + diag(p/α²))⁻¹ diag(1/α), each element of Jᵀc within ±10; then at least 1e-4 and scaled so that Σ_k p_k = T. Tasks without a gradient
 * get weight 0 and keep their p but for the scaling.
 *
 * @param gram G, T × T, finite
 * @param directions cosine of every gradient with d, which has length 1; null where p rests
 */
export function learnPowers(
  gram: Gram,
  p: readonly number[],
  directions: readonly number[] | null,
  learningRate: number,
): { weights: number[]; p: number[] } {
  const moved = [...p];
  const weights = overNonzero(gram, (block, tasks) => {
    const own = tasks.map((k) => p[k]!);
    const alpha = bargain(block, own, 1);
    if (directions === null) return alpha;
    // In unit lengths, β = α ‖g‖: the same derivative, whatever the scale of the gradients.
    const beta = alpha.map((value, k) => value * Math.sqrt(block[k]![k]!));
    const matrix = cosines(block).map((row, i) =>
      row.map((value, j) => (i === j ? value + own[i]! / beta[i]! ** 2 : value)),
    );
    const adjoint = solvePositive(
      matrix,
      tasks.map((k) => directions[k]!),
    );
    for (const [place, k] of tasks.entries()) {
      const slope = Math.max(-10, Math.min(10, adjoint[place]! / beta[place]!));
      moved[k] = Math.max(1e-4, moved[k]! + learningRate * slope);
    }
    return alpha;
  });
  const total = moved.reduce((a, b) => a + b, 0);
  return { weights, p: moved.map((value) => (value / total) * moved.length) };
}
