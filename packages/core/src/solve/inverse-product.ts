import { OutriggerError } from "../error.ts";

/** H v for a symmetric matrix that is never formed. */
export type Product = (v: Float64Array) => Promise<Float64Array>;

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};
const plus = (a: Float64Array, s: number, b: Float64Array): Float64Array =>
  a.map((value, i) => value + s * b[i]!);

/** Stops at a length or curvature that is not finite: a product was not. */
function requireFinite(value: number): void {
  if (Number.isFinite(value)) return;
  throw new OutriggerError(
    "non-finite",
    "A product with the Hessian is not finite. Lower the learning rate.",
  );
}

/**
 * Largest absolute eigenvalue of H by power iteration from v; 0 where H v is 0.
 *
 * Cost: a product an iteration.
 *
 * @throws OutriggerError "non-finite" for a product that is not finite
 */
export async function largestEigenvalue(
  product: Product,
  v: Float64Array,
  iterations: number,
): Promise<number> {
  let [at, length] = [v, Math.sqrt(dot(v, v))];
  for (let i = 0; i < iterations && length > 0; i++) {
    at = await product(at.map((value) => value / length));
    length = Math.sqrt(dot(at, at));
    requireFinite(length);
  }
  return length;
}

/**
 * s Σ_{j=0}^{J} (I − s H)^j v, which is H⁻¹ v for J → ∞ if 0 < s < 2/λ_max and H is positive definite.
 *
 * Cost: J products.
 *
 * Paper: Lorraine, Vicol and Duvenaud, "Optimizing Millions of Hyperparameters by Implicit Differentiation", AISTATS 2020,
 * https://arxiv.org/abs/1911.02590.
 *
 * @throws OutriggerError "non-finite" for a product that is not finite
 */
export async function neumann(
  product: Product,
  v: Float64Array,
  step: number,
  terms: number,
): Promise<Float64Array> {
  let [term, total] = [v, v];
  for (let j = 0; j < terms; j++) {
    term = plus(term, -step, await product(term));
    requireFinite(dot(term, term));
    total = plus(total, 1, term);
  }
  return total.map((value) => step * value);
}

/**
 * H⁻¹ v by conjugate gradients, at most `iterations` of them. It stops where H is not positive along its direction, with what it has: there is no minimum
 * to go to; and once the residual is 1e-10 of v.
 *
 * Cost: a product an iteration.
 *
 * @throws OutriggerError "non-finite" for a product that is not finite
 */
export async function conjugateGradients(
  product: Product,
  v: Float64Array,
  iterations: number,
): Promise<Float64Array> {
  let x: Float64Array = new Float64Array(v.length);
  let [residual, direction] = [v, v];
  const start = dot(v, v);
  let square = start;
  for (let i = 0; i < iterations && square > 1e-20 * start; i++) {
    const image = await product(direction);
    const curvature = dot(direction, image);
    requireFinite(curvature);
    if (curvature <= 0) break;
    const step = square / curvature;
    x = plus(x, step, direction);
    residual = plus(residual, -step, image);
    const next = dot(residual, residual);
    direction = plus(residual, next / square, direction);
    square = next;
  }
  return x;
}
