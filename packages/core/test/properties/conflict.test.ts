import { conflictAverse } from "@outrigger/core/solve/conflict-averse";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { gradientCosine } from "@outrigger/core/weighting/gradient-cosine";
import { projectIntoDualCone } from "@outrigger/core/weighting/gram/dual-cone";
import { projectConflicts } from "@outrigger/core/weighting/gram/project-conflicts";
import { vaccinate } from "@outrigger/core/weighting/gram/vaccinate";
import { mgda } from "@outrigger/core/weighting/mgda";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import type { Weighting } from "@outrigger/core/weighting/weighting";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask } from "../support/ask.ts";
import { dot, gramOf, product, spanned, spannedGram, spannedRows, termsOf } from "../support/gram.ts";

/**
 * Solvers leave 1e-13 of the size of a product's terms and count vectors as dependent below 3e-7 of their length, so that a
 * product that should be at least 0 is at least −1e-9 times the size of its terms.
 */
const tolerance = 1e-9;

const unregularised: [string, () => Weighting<null>][] = [
  ["upgrad", () => upgrad({ epsilon: 0 })],
  ["dual-proj", () => dualProj({ epsilon: 0 })],
];

describe.each<[string, () => Weighting<null>]>([
  ["pcgrad", () => pcgrad()],
  ["pcgrad, primary only", () => pcgrad({ primaryOnly: true })],
  ["upgrad", () => upgrad()],
  ["dual-proj", () => dualProj()],
  ["gradient-cosine", () => gradientCosine()],
  ...unregularised.map(([name, make]): [string, () => Weighting<null>] => [`${name}, unregularised`, make]),
])("%s", (_, make) => {
  test("without conflict it is the plain sum, for every rank and scale", () => {
    fc.assert(
      fc.property(spanned(), (one) => {
        const gram = gramOf(spannedRows(one).map((row) => row.map(Math.abs)));
        const weights = ask(make(), gram);
        const plain = product(
          gram,
          gram.map(() => 1),
        );
        const terms = termsOf(gram, weights);
        for (const [k, value] of product(gram, weights).entries()) {
          expect(Math.abs(value - plain[k]!)).toBeLessThanOrEqual(1e-12 * terms[k]!);
        }
      }),
    );
  });
});

test.each(unregularised)(
  "%s, unregularised: no task is opposed, Gw ≥ 0, for every rank and scale",
  (_, make) => {
    fc.assert(
      fc.property(spanned(), (one) => {
        const gram = spannedGram(one);
        const weights = ask(make(), gram);
        const terms = termsOf(gram, weights);
        for (const [k, value] of product(gram, weights).entries()) {
          expect(value).toBeGreaterThanOrEqual(-tolerance * terms[k]!);
        }
      }),
    );
  },
);

test("the projection into the dual cone is the nearest: v ≥ u, Gv ≥ 0, and (v − u)_k (Gv)_k = 0, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      fc.pre(one.rank > 0);
      const gram = spannedGram(one);
      const u = gram.map((_, k) => (k === one.seed % one.size ? 1 : 0));
      const v = projectIntoDualCone(gram, u);
      const terms = termsOf(gram, v);
      for (const [k, value] of product(gram, v).entries()) {
        expect(v[k]).toBeGreaterThanOrEqual(u[k]!);
        expect(value).toBeGreaterThanOrEqual(-tolerance * terms[k]!);
        if (v[k]! > u[k]!) expect(value).toBeLessThanOrEqual(tolerance * terms[k]!);
      }
    }),
  );
});

test("mgda: (Gw)_k ≥ wᵀGw for every k, every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      const gram = spannedGram(one);
      const weights = ask(mgda({ scale: "mean" }), gram);
      const products = product(gram, weights);
      const square = dot(weights, products);
      const terms = termsOf(gram, weights);
      for (const [k, value] of products.entries()) {
        expect(value - square).toBeGreaterThanOrEqual(-tolerance * terms[k]!);
      }
    }),
  );
});

describe("cagrad, before it is rescaled", () => {
  const direction = (gram: number[][], c: number) => ask(cagrad({ c, rescale: "none", scale: "mean" }), gram);
  const c = fc.double({ min: 0.05, max: 0.95, noNaN: true });

  test("the direction lies on the sphere of radius c‖ḡ‖ around the mean gradient, inside where 0 is in the hull", () => {
    fc.assert(
      fc.property(spanned(), c, (one, radius) => {
        fc.pre(one.rank > 0);
        const gram = spannedGram(one);
        const equal = gram.map(() => 1 / gram.length);
        const added = direction(gram, radius).map((weight, k) => weight - equal[k]!);
        const ratio = Math.sqrt(dot(added, product(gram, added)) / dot(equal, product(gram, equal)));
        // Taking 1/T away again leaves as many digits of the rest as it is larger than rounding in 1/T.
        expect(ratio).toBeLessThanOrEqual(radius * (1 + 1e-6));
        const capped = conflictAverse(gram, radius).reduce((a, b) => a + b, 0) >= 0.99e6;
        if (!capped) expect(ratio).toBeGreaterThanOrEqual(radius * (1 - 1e-6));
      }),
    );
  });

  test("it is the best on that sphere: with d = ḡ + Σ_k y_k g_k no ⟨g_k, d⟩ is below their mean weighted by y", () => {
    fc.assert(
      fc.property(spanned(), c, (one, radius) => {
        fc.pre(one.rank > 0);
        const gram = spannedGram(one);
        const y = conflictAverse(gram, radius);
        const total = y.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const weights = y.map((value) => value + 1 / gram.length);
        const falls = product(gram, weights);
        const level = dot(y, falls) / total;
        const terms = termsOf(gram, weights);
        const noise = dot(y, terms) / total;
        expect(Math.min(...y)).toBeGreaterThanOrEqual(0);
        for (const [k, value] of falls.entries()) {
          expect(value - level).toBeGreaterThanOrEqual(-tolerance * (terms[k]! + noise));
        }
      }),
    );
  });

  test("the loss worst off falls at least as fast as along the mean gradient", () => {
    fc.assert(
      fc.property(spanned(), c, (one, radius) => {
        const gram = spannedGram(one);
        const weights = direction(gram, radius);
        const equal = gram.map(() => 1 / gram.length);
        const worst = Math.min(...product(gram, equal));
        const terms = termsOf(gram, weights);
        for (const [k, value] of product(gram, weights).entries()) {
          expect(value - worst).toBeGreaterThanOrEqual(-tolerance * terms[k]!);
        }
      }),
    );
  });
});

test("primary-only pcgrad: no auxiliary, once projected, opposes the primary, for every rank and scale", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      const gram = spannedGram(one);
      const weights = ask(pcgrad({ primaryOnly: true }), gram);
      const along = product(gram, weights)[0]!;
      expect(along - gram[0]![0]!).toBeGreaterThanOrEqual(-1e-12 * termsOf(gram, weights)[0]!);
    }),
  );
});

test("gradvac with targets of 0 projects as pcgrad does in the same order", () => {
  fc.assert(
    fc.property(spanned(), (one) => {
      const gram = spannedGram(one);
      const orders = gram.map(() => [...gram.keys()]);
      const zeros = gram.map((row) => row.map(() => 0));
      const vaccinated = vaccinate(gram, orders, zeros, 0, 0).weights;
      const projected = projectConflicts(gram, orders);
      const apart = vaccinated.map((weight, k) => weight - projected[k]!);
      // A gradient of which less than 1e-7 is left counts as gone.
      const size = termsOf(gram, projected)[0]! / Math.sqrt(gram[0]![0]! || 1);
      const moved = Math.sqrt(Math.max(0, dot(apart, product(gram, apart))));
      expect(moved).toBeLessThanOrEqual(1e-6 * size);
    }),
  );
});
