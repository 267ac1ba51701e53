import { arml } from "@outrigger/core/weighting/arml";
import { cagrad } from "@outrigger/core/weighting/cagrad";
import { conFig } from "@outrigger/core/weighting/con-fig";
import { dualProj } from "@outrigger/core/weighting/dual-proj";
import { imtlG } from "@outrigger/core/weighting/imtl-g";
import { mgda } from "@outrigger/core/weighting/mgda";
import { nashMtl } from "@outrigger/core/weighting/nash-mtl";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { upgrad } from "@outrigger/core/weighting/upgrad";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ask, expectClose } from "../support/ask.ts";

/**
 * p = ‖g_1‖², q = ⟨g_1, g_2⟩ = c√(pr), r = ‖g_2‖²; the lengths from 1e-10 to 1e15; 1e-3 ≤ |c| ≤ 0.99, or 0. Solvers leave 1e-13 of a product's
 * terms, which is 1e-13/|c| of the product.
 */
const pair = () =>
  fc
    .tuple(
      fc.double({ min: -10, max: 15, noNaN: true }),
      fc.double({ min: -10, max: 15, noNaN: true }),
      fc.double({ min: -0.99, max: 0.99, noNaN: true }),
    )
    .map(([a, b, drawn]) => {
      const c = Math.abs(drawn) < 1e-3 ? 0 : drawn;
      return { p: 10 ** (2 * a), r: 10 ** (2 * b), c, q: c * 10 ** (a + b) };
    });
const gramOf = ({ p, q, r }: { p: number; q: number; r: number }) => [
  [p, q],
  [q, r],
];
/** Element by element: the two weights may differ by 25 decades. */
function expectBoth(actual: readonly number[], expected: readonly number[]): void {
  for (const [k, value] of expected.entries()) expectClose([actual[k]!], [value], 1e-9);
}

test("pcgrad: (1 − q/p, 1 − q/r) in conflict, and (1, 1) else", () => {
  fc.assert(
    fc.property(pair(), (one) => {
      const { p, q, r } = one;
      expectBoth(ask(pcgrad(), gramOf(one)), q < 0 ? [1 - q / p, 1 - q / r] : [1, 1]);
    }),
  );
});

test("upgrad, unregularised: pcgrad's weights, halved for the mean", () => {
  fc.assert(
    fc.property(pair(), (one) => {
      const { p, q, r } = one;
      const found = ask(upgrad({ epsilon: 0, scale: "mean" }), gramOf(one));
      expectBoth(found, q < 0 ? [(1 - q / p) / 2, (1 - q / r) / 2] : [0.5, 0.5]);
    }),
  );
});

test("dual-proj, unregularised: raises only the weight of the task that the mean gradient opposes", () => {
  fc.assert(
    fc.property(pair(), (one) => {
      const { p, q, r } = one;
      const found = ask(dualProj({ epsilon: 0, scale: "mean" }), gramOf(one));
      expectBoth(found, [Math.max(0.5, -q / p / 2), Math.max(0.5, -q / r / 2)]);
    }),
  );
});

test("nash-mtl: (1/√(p(1 + c)), 1/√(r(1 + c)))", () => {
  fc.assert(
    fc.property(pair(), (one) => {
      const { p, r, c } = one;
      const found = ask(nashMtl({ maxNorm: null }), gramOf(one));
      expectBoth(found, [1 / Math.sqrt(p * (1 + c)), 1 / Math.sqrt(r * (1 + c))]);
    }),
  );
});

test("imtl-g, nash-mtl and config have one direction, the bisector of the unit gradients", () => {
  fc.assert(
    fc.property(pair(), (one) => {
      const { p, r } = one;
      for (const rule of [imtlG(), nashMtl(), conFig()]) {
        const [a, b] = ask(rule, gramOf(one)) as [number, number];
        expectClose([a * Math.sqrt(p)], [b * Math.sqrt(r)], 1e-9);
        expect(a).toBeGreaterThan(0);
      }
    }),
  );
});

test("mgda: w_1 = clip((r − q)/(p + r − 2q), 0, 1), so r/(p + r) for orthogonal gradients", () => {
  fc.assert(
    fc.property(pair(), fc.boolean(), (drawn, orthogonal) => {
      const one = orthogonal ? { ...drawn, q: 0 } : drawn;
      const { p, q, r } = one;
      const clip = (value: number) => Math.min(1, Math.max(0, value));
      const found = ask(mgda({ scale: "mean" }), gramOf(one));
      expectClose(found, [clip((r - q) / (p + r - 2 * q)), clip((p - q) / (p + r - 2 * q))], 1e-9);
    }),
  );
});

test("cagrad: no point of a fine grid on the segment has a lower dual value", () => {
  fc.assert(
    fc.property(pair(), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (one, c) => {
      const { p, q, r } = one;
      const weights = ask(cagrad({ c, rescale: "none", scale: "mean" }), gramOf(one));
      const radius = c * (Math.sqrt(p + 2 * q + r) / 2);
      const dual = (x: number, y: number) =>
        (x * (p + q) + y * (q + r)) / 2 +
        radius * Math.sqrt(Math.max(0, p * x * x + 2 * q * x * y + r * y * y));
      const [x, y] = weights.map((weight) => weight - 0.5) as [number, number];
      const found = dual(x / (x + y), y / (x + y));
      // Steps that grow from both ends, for lengths that differ by decades.
      const grid = Array.from({ length: 1000 }, (_, k) => 10 ** ((k - 999) / 30) / 2);
      const least = Math.min(...grid.map((s) => Math.min(dual(s, 1 - s), dual(1 - s, s))));
      expect(least - found).toBeGreaterThanOrEqual(-1e-9 * Math.abs(found));
    }),
  );
});

test("arml: one auxiliary keeps the weight 1, by steps and exactly", () => {
  fc.assert(
    fc.property(pair(), fc.double({ min: 0, max: 10, noNaN: true }), (one, learningRate) => {
      for (const rule of [arml({ learningRate }), arml({ solver: "exact" })]) {
        const [primary, auxiliary] = ask(rule, gramOf(one)) as [number, number];
        expect(primary).toBe(1);
        expect(auxiliary).toBe(1);
      }
    }),
  );
});
