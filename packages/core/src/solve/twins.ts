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
  return weights.map((weight, i) => {
    const own = gram[i]!;
    let total = 0;
    let twins = 0;
    for (let j = 0; j < weights.length; j++) {
      const squares = own[i]! + gram[j]![j]!;
      if (!(squares - 2 * own[j]! <= 1e-12 * squares)) continue;
      if (linear !== undefined && !(Math.abs(linear[i]! - linear[j]!) <= 1e-6 * Math.abs(linear[i]!)))
        continue;
      total += weights[j]!;
      twins++;
    }
    // A vector whose own entry is not its largest (a matrix that is no Gram matrix) is no twin of itself.
    return twins > 1 ? total / twins : weight;
  });
}
