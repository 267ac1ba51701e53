import { symmetricEigen } from "@outrigger/core/solve/eigen";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { balance } from "@outrigger/core/weighting/gram/balance";
import { cosines } from "@outrigger/core/weighting/gram/read";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { dot, gramOf, lengthsOf, product, spanned, spannedGram } from "../support/gram.ts";

/** Largest over smallest eigenvalue of those above `threshold` times the largest: how much rounding grows. */
function condition(matrix: number[][], threshold: number): number {
  const { values } = symmetricEigen(matrix);
  return values[0]! / values.filter((value) => value > threshold * values[0]!).at(-1)!;
}

describe.each([
  ["imtl-g", imtlG],
  ["config", conFig],
] as const)("%s", (_, make) => {
  /** Projections of the direction on the unit gradients, what rounding may change them by, and w_k ‖g_k‖. */
  function projections(gram: number[][]) {
    const lengths = lengthsOf(gram);
    const weights = ask(make(), gram);
    const along = product(gram, weights).map((value, k) => value / lengths[k]!);
    const sides = weights.map((weight, k) => weight * lengths[k]!);
    const size = sides.reduce((sum, value) => sum + Math.abs(value), 0);
    const noise = 1e-15 * gram.length * condition(cosines(gram), 1e-10) * size;
    return { along, sides, noise };
  }

  test("independent gradients of every scale: the projections on all unit gradients are equal", () => {
    fc.assert(
      fc.property(spanned({ independent: true }), (one) => {
        const gram = spannedGram(one);
        // The rules count gradients as dependent from 1e-10 on.
        fc.pre(condition(cosines(gram), 0) < 1e9);
        const { along, noise } = projections(gram);
        for (const value of along) expect(Math.abs(value - along[0]!)).toBeLessThanOrEqual(10 * noise);
      }),
    );
  });

  // C·1 is what survives of "all equal" in the span of the gradients.
  test("dependent gradients: the projections a are as equal as the span allows, C·a ∝ C·1", () => {
    fc.assert(
      fc.property(spanned(), (one) => {
        fc.pre(one.rank > 0);
        const gram = spannedGram(one);
        const { along, noise } = projections(gram);
        const matrix = cosines(gram);
        const a = product(matrix, along);
        const b = product(
          matrix,
          gram.map(() => 1),
        );
        // Where the unit gradients cancel there is no such direction.
        fc.pre(Math.sqrt(dot(b, b)) > 1e-6 * gram.length);
        const factor = dot(a, b) / dot(b, b);
        for (const [k, value] of a.entries()) {
          expect(Math.abs(value - factor * b[k]!)).toBeLessThanOrEqual(10 * gram.length * noise);
        }
      }),
    );
  });

  test("the direction is that of the unit gradients: w_k ‖g_k‖ up to one factor is the same whatever the lengths", () => {
    fc.assert(
      fc.property(spanned({ independent: true }), (one) => {
        const plain = spannedGram({ ...one, mixed: false });
        const s = lengthsOf(spannedGram({ ...one, seed: one.seed + 1, mixed: true }));
        const scaled = plain.map((row, i) => row.map((value, j) => value * s[i]! * s[j]!));
        fc.pre(condition(cosines(plain), 0) < 1e9);
        const [a, b] = [projections(plain).sides, projections(scaled).sides];
        const factor = dot(a, b) / dot(a, a);
        const size = Math.max(...b.map(Math.abs));
        const error = 1e-14 * one.size * condition(cosines(plain), 0);
        for (const [k, value] of b.entries()) {
          expect(Math.abs(value - factor * a[k]!)).toBeLessThanOrEqual((1e-12 + error) * size);
        }
      }),
    );
  });
});

test("config: the direction is as long as the projections on it together, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram(one);
      const weights = ask(conFig(), gram);
      const products = product(gram, weights);
      const square = dot(weights, products);
      const size = weights.reduce((sum, weight, k) => sum + Math.abs(weight) * Math.sqrt(gram[k]![k]!), 0);
      const total = products.reduce((a, b) => a + b, 0);
      const longest = lengthsOf(gram).reduce((a, b) => a + b, 0);
      // ‖d‖² = Σ_k ⟨g_k, d⟩
      expect(Math.abs(square - total)).toBeLessThanOrEqual(1e-13 * one.size * size * (size + longest));
    }),
  );
});

test("aligned-mtl: the balanced gradients are orthogonal and of length √λ_min, BGBᵀ = λ_min P, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned({ largest: 24 }), (one) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram(one);
      const { values, vectors } = symmetricEigen(gram);
      const threshold = gram.length * 2 ** -23;
      const kept = values.filter((value) => value > threshold * values[0]!);
      const least = kept.at(-1)!;
      const map = balance(gram, "min");
      const half = gram.map((row) => map.map((side) => dot(row, side)));
      const balanced = map.map((side) =>
        gram.map((_, j) =>
          dot(
            side,
            half.map((row) => row[j]!),
          ),
        ),
      );
      const error = 1e-14 * gram.length * (values[0]! / least);
      for (const [i, row] of balanced.entries()) {
        for (const [j, value] of row.entries()) {
          const inSpan = kept.reduce((sum, __, k) => sum + vectors[k]![i]! * vectors[k]![j]!, 0);
          expect(Math.abs(value / least - inSpan)).toBeLessThanOrEqual(1e-12 + error);
        }
      }
      if (kept.length === one.size)
        expect(Math.abs(balanced[0]![0]! / least - 1)).toBeLessThanOrEqual(1e-12 + error);
    }),
  );
});

test("gradients that cancel, parallel or at 120°: no direction for config, the same weight for everyone for imtl-g, whatever the lengths", () => {
  const check = (gram: number[][], rules: readonly Weighting[] = [imtlG()]): void => {
    expect(ask(conFig(), gram)).toEqual(gram.map(() => 0));
    for (const rule of rules) for (const weight of ask(rule, gram)) expect(weight).toBeCloseTo(1, 12);
  };
  // With "gram" other lengths leave a direction.
  const alike = [imtlG(), imtlG({ inverse: "gram" })];
  const length = fc.double({ min: 1e-5, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(fc.array(length, { minLength: 1, maxLength: 16 }), (lengths) => {
      const sides = lengths.flatMap((one, k) => [one, -lengths.at(-1 - k)!]);
      check(gramOf(sides.map((side) => [side])));
      check(gramOf(lengths.flatMap(() => [[lengths[0]!], [-lengths[0]!]])), alike);
    }),
  );
  fc.assert(
    fc.property(fc.tuple(length, length, length), (lengths) => {
      const angle = (k: number): number => (2 * Math.PI * k) / 3;
      check(gramOf(lengths.map((one, k) => [one * Math.cos(angle(k)), one * Math.sin(angle(k))])));
      check(gramOf(lengths.map((_, k) => [Math.cos(angle(k)), Math.sin(angle(k))])), alike);
    }),
  );
});
