import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";

/** The Gram matrix of `rank` random directions spread over `size` gradients of the given lengths. */
export function randomGram(
  seed: number,
  size: number,
  rank: number,
  lengths?: readonly number[],
): number[][] {
  const random = Random.seeded(seed, "gram");
  const basis = Array.from({ length: rank }, () => Array.from({ length: 12 }, () => random.normal()));
  const rows = Array.from({ length: size }, (_, k) => {
    const mix = basis.map(() => random.normal());
    const row = Array.from({ length: 12 }, (_, d) => mix.reduce((sum, c, r) => sum + c * basis[r]![d]!, 0));
    return row.map((value) => value * (lengths?.[k] ?? 1));
  });
  return gramOf(rows);
}

export function gramOf(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((a) => rows.map((b) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)));
}

/** Sizes, every rank, and seeds. */
export const gramCase = (largest = 6): fc.Arbitrary<{ seed: number; size: number; rank: number }> =>
  fc
    .tuple(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: largest }))
    .chain(([seed, size]) => fc.integer({ min: 0, max: size }).map((rank) => ({ seed, size, rank })));

/** Gw */
export function product(gram: readonly (readonly number[])[], weights: readonly number[]): number[] {
  return gram.map((row) => row.reduce((sum, value, k) => sum + value * weights[k]!, 0));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
