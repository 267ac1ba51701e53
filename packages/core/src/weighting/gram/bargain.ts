import { dot, times } from "../../solve/algebra.ts";
import { dampedNewton } from "../../solve/newton.ts";
import { cosines, type Gram } from "./read.ts";

/**
 * The positive solution of (Gα)_k = p_k α_k^(−s), which minimises ½ αᵀGα − Σ_k p_k φ(α_k) with φ' = x^(−s): Nash's bargaining solution for
 * s = 1. No length in G may be 0. The gradients are scaled to unit length first, and 1e-12 is added to the diagonal then: where a
 * combination of gradients cancels there is no solution, and weights grow to some 1e6 over the inverse lengths.
 */
export function bargain(gram: Gram, preferences: readonly number[], s: number): number[] {
  const lengths = gram.map((row, k) => Math.sqrt(row[k]!));
  const matrix = cosines(gram).map((row, i) => row.map((value, j) => (i === j ? value + 1e-12 : value)));
  // For α = β / length the equation has the same form, with these preferences.
  const wanted = preferences.map((p, k) => p * lengths[k]! ** (s - 1));
  const potential = (x: number): number => (s === 1 ? Math.log(x) : x ** (1 - s) / (1 - s));
  const beta = dampedNewton(
    {
      value: (x) =>
        dot(x, times(matrix, x)) / 2 -
        dot(
          wanted,
          x.map((value) => potential(value)),
        ),
      gradient: (x) => times(matrix, x).map((value, k) => value - wanted[k]! * x[k]! ** -s),
      hessian: (x) =>
        matrix.map((row, i) =>
          row.map((value, j) => (i === j ? value + s * wanted[i]! * x[i]! ** (-s - 1) : value)),
        ),
    },
    wanted.map((p) => p ** (1 / (1 + s))),
  );
  return beta.map((value, k) => value / lengths[k]!);
}
