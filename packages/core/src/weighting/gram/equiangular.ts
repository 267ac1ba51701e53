import { applySpectral, symmetricEigen } from "../../solve/eigen.ts";
import { cosines, type Gram } from "./read.ts";

/** Which matrix's pseudo-inverse is taken where gradients are dependent: that of their cosines, or that of G itself. */
export type Inverse = "cosines" | "gram";

/**
 * Weights of a combination that makes the same angle with every gradient: D⁻¹C⁺1, C the cosines, D the lengths; or, with "gram", G⁺D1. The
 * two are the same for independent gradients. Where no such direction exists the first does not depend on the lengths. No length may be 0.
 */
export function equiangular(gram: Gram, inverse: Inverse = "cosines"): number[] {
  if (inverse === "gram") {
    const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
    return applySpectral(symmetricEigen(gram), (value) => 1 / value, lengths, 1e-10);
  }
  const ones = gram.map(() => 1);
  const unit = applySpectral(symmetricEigen(cosines(gram)), (value) => 1 / value, ones, 1e-10);
  return unit.map((value, k) => value / Math.sqrt(gram[k]![k]!));
}
