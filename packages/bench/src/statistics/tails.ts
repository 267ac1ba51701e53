import { incompleteBeta } from "./incomplete-beta.ts";
import { upperIncompleteGamma } from "./incomplete-gamma.ts";

/** P(Z > z) of the standard normal distribution, 1/2 erfc(z / sqrt 2), with erfc(x) = Q(1/2, x^2); relative accuracy also far out. */
export function normalTail(z: number): number {
  return z < 0 ? 1 - normalTail(-z) : upperIncompleteGamma(0.5, (z * z) / 2) / 2;
}

/** P(X > x) of the chi-squared distribution, Q(freedom / 2, x / 2). */
export const chiSquaredTail = (x: number, freedom: number): number =>
  upperIncompleteGamma(freedom / 2, x / 2);

/** P(X > x) of Fisher's F distribution, I_y(within / 2, between / 2) with y = within / (within + between x). */
export const fisherTail = (x: number, between: number, within: number): number =>
  x === Number.POSITIVE_INFINITY
    ? 0
    : incompleteBeta(within / (within + between * x), within / 2, between / 2);
