import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LinearTheoryError } from "../../src/error.ts";
import { random } from "../../src/random.ts";
import { kolmogorovTail, kolmogorovTest, kolmogorovTwoSample } from "../../src/verify/kolmogorov.ts";
import { normalCdf } from "../../src/verify/normal.ts";

/** Reference values: scipy.special.kolmogorov and ndtr, scipy.stats.kstwo.sf (exact at finite n). */
describe("kolmogorovTail", () => {
  it.each([
    [0.2, 0.999999999999495],
    [0.3, 0.9999906941986655],
    [0.5, 0.9639452436648751],
    [0.8, 0.5441424115741981],
    [1, 0.26999967167735456],
    [1.3580986393225505, 0.05],
    [2, 0.0006709252557796953],
    [3, 3.045995948942526e-8],
  ])("Q(%f) = %f", (lambda, q) => {
    expect(kolmogorovTail(lambda) / q).toBeCloseTo(1, 12);
  });

  it("joins its two series at 1", () => {
    expect(kolmogorovTail(1 - 1e-9)).toBeCloseTo(kolmogorovTail(1), 8);
    expect(kolmogorovTail(0)).toBe(1);
  });
});

describe("normalCdf", () => {
  it.each([
    [-10, 7.61985302416047e-24],
    [-5, 2.866515718791933e-7],
    [-2.5, 0.006209665325776132],
    [-1, 0.15865525393145707],
    [-0.1, 0.460172162722971],
    [0, 0.5],
    [0.3, 0.6179114221889526],
    [1.96, 0.9750021048517795],
    [4, 0.9999683287581669],
  ])("Φ(%f) = %f", (x, p) => {
    expect(normalCdf(x) / p).toBeCloseTo(1, 12);
  });

  it("is symmetric, grows, and joins its two branches", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 37, noNaN: true }), (x) => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
        expect(normalCdf(x + 0.01)).toBeGreaterThanOrEqual(normalCdf(x));
      }),
    );
    expect(normalCdf(-3 - 1e-12) / normalCdf(-3)).toBeCloseTo(1, 10);
    expect(normalCdf(Number.NaN)).toBeNaN();
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
  });
});

describe("kolmogorovTest", () => {
  it("finds the largest distance before and after each step", () => {
    const values = [-1.2, -0.4, 0.1, 0.35, 0.9, 2.1, -0.05, 0.6, -2.2, 1.4];
    const { statistic, pValue } = kolmogorovTest(values, normalCdf);
    expect(statistic).toBeCloseTo(0.18006119416162752, 14);
    expect(Math.abs(pValue - 0.847001697418184)).toBeLessThan(0.025);
  });

  it.each([
    [10, 0.3, 0.27053557479999946],
    [20, 0.2, 0.352720173623415],
    [100, 0.1, 0.2526927570063874],
    [300, 0.05, 0.42744120502346905],
  ])("is near the exact p-value at n = %i, D = %f", (n, distance, exact) => {
    // Midpoints of n cells are 1/(2n) from uniform; moved down, they are the wanted distance away.
    const values = Array.from({ length: n }, (_, i) => (i + 0.5) / n - (distance - 0.5 / n));
    const { statistic, pValue } = kolmogorovTest(values, (x) => Math.min(1, Math.max(0, x)));
    expect(statistic).toBeCloseTo(distance, 12);
    expect(Math.abs(pValue - exact)).toBeLessThan(0.01);
  });

  it("rejects a shift, and gives uniform p-values where nothing is wrong", () => {
    const stream = random(0);
    const sample = (shift: number) => Array.from({ length: 200 }, () => stream.normal() + shift);
    expect(kolmogorovTest(sample(0.4), normalCdf).pValue).toBeLessThan(1e-3);
    expect(kolmogorovTwoSample(sample(0), sample(0.5)).pValue).toBeLessThan(1e-3);
    const one = Array.from({ length: 400 }, () => kolmogorovTest(sample(0), normalCdf).pValue);
    const two = Array.from({ length: 400 }, () => kolmogorovTwoSample(sample(0), sample(0)).pValue);
    for (const ps of [one, two]) expect(kolmogorovTest(ps, (p) => p).pValue).toBeGreaterThan(1e-3);
  });

  it("takes no NaN and no empty sample", () => {
    for (const values of [[], [0, Number.NaN]])
      expect(() => kolmogorovTest(values, normalCdf)).toThrow(LinearTheoryError);
  });
});
