import { conjugateGradients, largestEigenvalue, neumann, type Product } from "../../solve/inverse-product.ts";

/** What stands for H⁻¹. */
export type Inverse = "identity" | "neumann" | "conjugate-gradients";

/** Products that estimate λ_max. */
const POWER = 5;

/** Products with H that {@link inverseTimes} takes. */
export const productCount = (inverse: Inverse, terms: number): number =>
  ({ identity: 0, neumann: terms + POWER, "conjugate-gradients": terms })[inverse];

/**
 * H⁻¹ v: v itself, `terms` terms of the series with step 1/λ_max after the first, or so many conjugate gradients.
 *
 * @throws OutriggerError "non-finite" for a product with H that is not finite
 */
export async function inverseTimes(
  inverse: Inverse,
  terms: number,
  product: Product,
  v: Float64Array,
): Promise<Float64Array> {
  if (inverse === "identity") return v;
  if (inverse === "conjugate-gradients") return conjugateGradients(product, v, terms);
  const largest = await largestEigenvalue(product, v, POWER);
  return largest > 0 ? neumann(product, v, 1 / largest, terms) : v;
}
