import { dot, sum, times } from "../../solve/algebra.ts";
import { applySpectral, symmetricEigen } from "../../solve/eigen.ts";
import { cosines, type Gram } from "./read.ts";

/** Which matrix's pseudo-inverse is taken where gradients are dependent: that of their cosines, or that of G itself. */
export type Inverse = "cosines" | "gram";

/**
 * Weights of a combination that makes the same angle with every gradient: D⁻¹C⁺1, C the cosines, D the lengths; or, with "gram", G⁺D1. The
 * two are the same for independent gradients. Where no such direction exists the first does not depend on the lengths. No length may be 0.
 *
 * Null where the gradients cancel, 1 (or D1) in the null space, and where a G that rounding left indefinite gives the combination no length:
 * what is left then is rounding, which no rule may scale up to a direction.
 */
export function equiangular(gram: Gram, inverse: Inverse = "cosines"): number[] | null {
  const found = solve(gram, inverse);
  const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
  const along = times(gram, found);
  // Cosines with the direction times its length: all 1 where gradients are independent.
  const shown = along.map((value, k) => value / lengths[k]!);
  const parts = sum(found.map((value, k) => Math.abs(value) * lengths[k]!));
  const sound = dot(shown, shown) > 1e-12 * gram.length && dot(found, along) > 1e-20 * parts * parts;
  return sound ? found : null;
}

function solve(gram: Gram, inverse: Inverse): number[] {
  if (inverse === "gram") {
    const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
    return applySpectral(symmetricEigen(gram), (value) => 1 / value, lengths, 1e-10);
  }
  const ones = gram.map(() => 1);
  const unit = applySpectral(symmetricEigen(cosines(gram)), (value) => 1 / value, ones, 1e-10);
  return unit.map((value, k) => value / Math.sqrt(gram[k]![k]!));
}
