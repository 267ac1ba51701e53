import { auxinash } from "@outrigger/core/weighting/auxinash";
import { fairgrad } from "@outrigger/core/weighting/fairgrad";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { lengthsOf, product, spanned, spannedGram, termsOf } from "../support/gram.ts";

/**
 * (Gw)_k + 1e-12 ‖g_k‖² w_k = p_k w_k^(−s), where 1e-12 is what the solver adds to the cosines' diagonal: it counts only where gradients
 * cancel and no solution exists without it. Rounding moves the left side by 1e-15 of the size of its terms and T.
 */
function expectBargain(gram: number[][], weights: number[], p: number[], s: number): void {
  const terms = termsOf(gram, weights);
  for (const [k, value] of product(gram, weights).entries()) {
    if (gram[k]![k] === 0) continue;
    const weight = weights[k]!;
    const right = p[k]! * weight ** -s;
    const left = value + 1e-12 * gram[k]![k]! * weight;
    expect(weight).toBeGreaterThan(0);
    expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-9 * right + 1e-14 * gram.length * terms[k]!);
  }
}

test("nash-mtl: w_k (Gw)_k = 1, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram(one);
      expectBargain(
        gram,
        ask(nashMtl({ maxNorm: null }), gram),
        gram.map(() => 1),
        1,
      );
    }),
  );
});

test("nash-mtl: the direction is no longer than maxNorm, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (one, maxNorm) => {
      const gram = spannedGram(one);
      fc.pre(one.rank > 0);
      const weights = ask(nashMtl({ maxNorm }), gram);
      const square = product(gram, weights).reduce((sum, value, k) => sum + value * weights[k]!, 0);
      const terms = termsOf(gram, weights).reduce((sum, value, k) => sum + value * weights[k]!, 0);
      expect(square).toBeLessThanOrEqual(maxNorm ** 2 * (1 + 1e-9) + 1e-14 * gram.length * terms);
    }),
  );
});

test("auxinash: w_k (Gw)_k = p_k, for every rank and scale", () => {
  fc.assert(
    fc.property(
      spanned(),
      fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 64 }),
      (one, drawn) => {
        fc.pre(one.rank > 0);
        const gram = spannedGram(one);
        const given = drawn.slice(0, one.size);
        const total = given.reduce((a, b) => a + b, 0);
        const p = given.map((value) => (value / total) * one.size);
        expectBargain(gram, ask(auxinash({ preferences: given }), gram), p, 1);
      },
    ),
  );
});

test("fairgrad: (Gw)_k = w_k^(−1/α), for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), fc.double({ min: 0.5, max: 4, noNaN: true }), (one, alpha) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram({ ...one, mixed: false });
      expectBargain(
        gram,
        ask(fairgrad({ alpha }), gram),
        gram.map(() => 1),
        1 / alpha,
      );
    }),
  );
});

test("nash-mtl and auxinash: scaling g_k by s_k scales w_k by 1/s_k, where the gradients are independent", () => {
  fc.assert(
    fc.property(spanned({ independent: true }), (one) => {
      const gram = spannedGram({ ...one, mixed: false });
      const s = lengthsOf(spannedGram({ ...one, seed: one.seed + 1, mixed: true }));
      const scaled = gram.map((row, i) => row.map((value, j) => value * s[i]! * s[j]!));
      const preferences = gram.map((_, k) => 1 + (k % 3));
      for (const rule of [nashMtl({ maxNorm: null }), auxinash({ preferences })]) {
        const plain = ask(rule as never, gram);
        for (const [k, weight] of ask(rule as never, scaled).entries()) {
          expect(Math.abs(weight * s[k]! - plain[k]!)).toBeLessThanOrEqual(1e-7 * plain[k]!);
        }
      }
    }),
  );
});
