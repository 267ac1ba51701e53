/**
 * Gives equal vectors equal weights, their mean: the combination stays the same, and the answer no longer depends on the order
 * of the vectors. Vectors count as equal where ‖a_i − a_j‖² ≤ 1e-12 (‖a_i‖² + ‖a_j‖²), from their inner products; with `linear`, where
 * its elements are equal too, up to a factor of 1 ± 1e-6.
 */
export function shareAmongTwins(
  gram: readonly (readonly number[])[],
  weights: readonly number[],
  linear?: readonly number[],
): number[] {
  return weights.map((_, i) => {
    const twins = weights.filter((_, j) => {
      if (linear !== undefined && !(Math.abs(linear[i]! - linear[j]!) <= 1e-6 * Math.abs(linear[i]!)))
        return false;
      const squares = gram[i]![i]! + gram[j]![j]!;
      return squares - 2 * gram[i]![j]! <= 1e-12 * squares;
    });
    // A vector whose own entry is not its largest (a matrix that is no Gram matrix) is no twin of itself.
    return twins.length > 1 ? twins.reduce((sum, value) => sum + value, 0) / twins.length : weights[i]!;
  });
}
