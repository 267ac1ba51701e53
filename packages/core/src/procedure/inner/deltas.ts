/**
 * θ + Σ_b c_b (θ_b − θ) into `out`, each number added up in double precision: what several copies learnt since they left θ, mixed. With
 * Σ_b c_b = 1 it is Σ_b c_b θ_b.
 */
export function combineDeltas(
  base: Float32Array,
  ends: readonly Float32Array[],
  coefficients: readonly number[],
  out: Float32Array,
): void {
  for (let i = 0; i < out.length; i++) {
    const from = base[i]!;
    let moved = 0;
    for (let b = 0; b < ends.length; b++) moved += coefficients[b]! * (ends[b]![i]! - from);
    out[i] = from + moved;
  }
}

/** ⟨gradient, θ_b − θ⟩ for every copy: the derivative of a loss at θ + Σ_b c_b (θ_b − θ) with respect to c_b. */
export const deltaSlopes = (
  gradient: Float32Array,
  base: Float32Array,
  ends: readonly Float32Array[],
): number[] =>
  ends.map((end) => {
    let sum = 0;
    for (let i = 0; i < end.length; i++) sum += gradient[i]! * (end[i]! - base[i]!);
    return sum;
  });
