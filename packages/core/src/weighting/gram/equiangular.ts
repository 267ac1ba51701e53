import { applySpectral, symmetricEigen } from "../../solve/eigen.ts";
import { cosines, type Gram } from "./read.ts";

/**
 * Weights of a combination that makes the same angle with every gradient: D⁻¹C⁺1, C the cosines, D the lengths. Where gradients are
 * dependent and no such direction exists, the pseudo-inverse C⁺ gives the nearest. No length may be 0.
 */
export function equiangular(gram: Gram): number[] {
  const ones = gram.map(() => 1);
  const unit = applySpectral(symmetricEigen(cosines(gram)), (value) => 1 / value, ones, 1e-10);
  return unit.map((value, k) => value / Math.sqrt(gram[k]![k]!));
}
