import { Random } from "@outrigger/core/random";
import { gramOf, randomGram } from "@outrigger/core/testing/random-gram";
import * as fc from "fast-check";

export { gramOf, randomGram };

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

/** A Gram matrix described in five numbers: `size` gradients that span `rank` dimensions, of length around 10^`scale`. */
export interface Spanned {
  readonly seed: number;
  readonly size: number;
  readonly rank: number;
  readonly scale: number;
  /** Whether every gradient has a scale of its own, from 1e-10 to 1e15. */
  readonly mixed: boolean;
}

/** Up to 64 gradients, half of the cases no more than 6; every rank; scales from 1e-10 to 1e15. */
export const spanned = ({ independent = false, smallest = 1, largest = 64 } = {}): fc.Arbitrary<Spanned> =>
  fc
    .record({
      seed: fc.integer({ min: 0, max: 1e6 }),
      size: fc.oneof(
        fc.integer({ min: smallest, max: Math.min(6, largest) }),
        fc.integer({ min: smallest, max: largest }),
      ),
      scale: fc.integer({ min: -10, max: 15 }),
      mixed: fc.boolean(),
    })
    .chain((one) =>
      fc.integer({ min: independent ? one.size : 0, max: one.size }).map((rank) => ({ ...one, rank })),
    );

/** The gradients themselves, as rows of `rank` numbers; at least one, which is 0 where the rank is. */
export function spannedRows({ seed, size, rank, scale, mixed }: Spanned): number[][] {
  const random = Random.seeded(seed, "gram");
  return Array.from({ length: size }, () => {
    const length = 10 ** (mixed ? 25 * random.uniform() - 10 : scale);
    return Array.from({ length: Math.max(rank, 1) }, () => (rank === 0 ? 0 : length * random.normal()));
  });
}

export const spannedGram = (one: Spanned): number[][] => gramOf(spannedRows(one));

/** ‖g_k‖ */
export const lengthsOf = (gram: readonly (readonly number[])[]): number[] =>
  gram.map((row, k) => Math.sqrt(row[k]!));

/**
 * What rounding can move (Gw)_k by is a small multiple of this: ‖g_k‖ Σ_j |w_j| ‖g_j‖, the size of its terms.
 */
export function termsOf(gram: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const lengths = lengthsOf(gram);
  const total = weights.reduce((sum, weight, k) => sum + Math.abs(weight) * lengths[k]!, 0);
  return lengths.map((length) => length * total);
}
