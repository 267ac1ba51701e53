import signrank from "@stdlib/stats-base-dists-signrank-cdf";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holm, holmLevels } from "../../src/statistics/holm.ts";
import { ranks } from "../../src/statistics/ranks.ts";
import { signedRank } from "../../src/statistics/signed-rank.ts";

/** The definition: the share of all 2^n signs of the ranks whose sum is as far out, doubled. */
function byEnumeration(differences: readonly number[]): number {
  const counted = differences.filter((d) => d !== 0);
  const rank = ranks(counted.map(Math.abs));
  const sumOf = (positive: (i: number) => boolean) =>
    rank.reduce((sum, r, i) => sum + (positive(i) ? r : 0), 0);
  const observed = sumOf((i) => (counted[i] ?? 0) > 0);
  let low = 0;
  let high = 0;
  for (let signs = 0; signs < 2 ** rank.length; signs++) {
    const sum = sumOf((i) => ((signs >> i) & 1) === 1);
    if (sum <= observed) low++;
    if (sum >= observed) high++;
  }
  return Math.min(1, (2 * Math.min(low, high)) / 2 ** rank.length);
}

describe("signedRank", () => {
  it("is exact for few pairs, ties and zeros or not: the same as enumerating all signs", () => {
    const few = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(few, (differences) => {
        const found = signedRank(differences);
        expect(found.p).toBeCloseTo(byEnumeration(differences), 12);
        expect(found.exact).toBe(true);
        expect(found.pairs + found.zeros).toBe(differences.length);
      }),
    );
  });

  it("without ties follows @stdlib's distribution up to 50 pairs", () => {
    for (const n of [5, 12, 31, 50]) {
      // Sizes 1 … n, every third one negative.
      const differences = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -(i + 1) : i + 1));
      const { positive, p, exact } = signedRank(differences);
      const below = signrank(positive, n);
      const above = 1 - signrank(positive - 1, n);
      expect(p).toBeCloseTo(Math.min(1, 2 * Math.min(below, above)), 10);
      expect(exact).toBe(true);
    }
  });

  it("equals scipy 1.17.1: exact, by all permutations with ties and zeros, and normal with continuity", () => {
    expect(signedRank([-1.2, 0.4, 2.1, 3.3, 0.9]).p).toBe(0.3125);
    expect(signedRank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p).toBe(0.001953125);
    expect(signedRank([0.5, -1.5, 2.5, -3.5, 4.5, 5.5, -6.5, 7.5, 8.5, 9.5, 10.5, -11.5]).p).toBe(
      0.30126953125,
    );
    expect(signedRank([0, 1, 1, -1, 2, 3, -3, 3, 0, 4]).p).toBe(0.21875);
    // 80 values with ties and one zero: statistic 1024.5 of the smaller sum, 2135.5 of the positive one.
    const many = signedRank(eighty);
    expect(many).toMatchObject({ pairs: 79, zeros: 1, positive: 2135.5, exact: false });
    expect(many.p).toBeCloseTo(0.006679211400340864, 14);
  });

  it("is close to the exact distribution where the normal one takes over", () => {
    // About two in five negative: p near 0.1, where decisions are made.
    const differences = Array.from({ length: 51 }, (_, i) => (i % 5 < 2 ? -1 : 1) * (i + 1));
    const { positive, p, exact } = signedRank(differences);
    const wanted = 2 * (1 - signrank(positive - 1, 51));
    expect(exact).toBe(false);
    expect(wanted).toBeGreaterThan(0.02);
    expect(Math.abs(p / wanted - 1)).toBeLessThan(0.02);
  });

  it("does not change when all signs turn or all sizes are scaled", () => {
    const differences = eighty.slice(0, 20);
    const { p } = signedRank(differences);
    expect(signedRank(differences.map((d) => -d)).p).toBe(p);
    expect(signedRank(differences.map((d) => d * 1024)).p).toBe(p);
  });

  it("finds nothing where all differences are zero, and 0.0625 at least with five", () => {
    expect(signedRank([0, 0, 0])).toEqual({ pairs: 0, zeros: 3, positive: 0, p: 1, exact: true });
    expect(signedRank([1, 2, 3, 4, 5]).p).toBe(0.0625);
  });

  it("refuses an empty list and what is not finite", () => {
    expect(() => signedRank([])).toThrow(/Wilcoxon's test: the list is empty/);
    expect(() => signedRank([1, Number.NaN])).toThrow(/value 1 is NaN/);
  });
});

describe("holm", () => {
  it("adjusts as the worked example of R's p.adjust", () => {
    // R 4: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((p, i) => expect(adjusted[i]).toBeCloseTo(p, 14));
  });

  it("keeps the order of p, never lowers one, stays below Bonferroni's and leaves a single one alone", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
        const adjusted = holm(ps);
        ps.forEach((p, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p * ps.length));
          ps.forEach((q, j) => {
            if (p < q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j] ?? 0);
          });
        });
      }),
    );
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([])).toEqual([]);
  });

  it("says at which level an interval excludes zero exactly where it rejects", () => {
    const probability = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 0.05, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(probability, { minLength: 1, maxLength: 8 }), (ps) => {
        const adjusted = holm(ps);
        // An interval at level c excludes zero where p < 1 - c; equality is rounding's to decide.
        holmLevels(ps).forEach((level, i) => {
          const margin = 1 - level - (ps[i] ?? 0);
          if (Math.abs(margin) > 1e-12) expect(margin > 0).toBe((adjusted[i] ?? 0) <= 0.05);
        });
      }),
    );
    expect(holmLevels([0.5])).toEqual([0.95]);
    expect(holmLevels([0.001, 0.9])).toEqual([0.975, 0.95]);
  });

  it("refuses what is no probability", () => {
    expect(() => holm([0.1, 1.2])).toThrow(/1\.2 is no probability/);
    expect(() => holm([Number.NaN])).toThrow(/NaN/);
  });
});

const eighty = [
  0.33, 0.07, 0.84, 0.0, -0.34, 0.56, 1.5, 1.15, -0.5, -1.07, -0.42, 0.24, -2.13, -0.02, -1.05, -0.53, -0.34,
  -0.12, 0.61, 1.24, 0.07, 1.57, -0.47, 0.55, 1.1, 0.29, -0.54, -0.72, -0.26, 0.42, -0.81, -0.01, 0.04, 0.74,
  0.41, 0.56, -0.45, 0.07, 0.98, 1.69, -1.06, 1.71, 1.55, 0.98, 0.46, -0.11, 1.66, 2.16, 2.0, 1.52, 0.56,
  -1.01, 0.2, 0.86, -1.09, 0.6, 0.63, 0.9, -0.98, -0.46, -0.24, -0.97, 1.94, -0.3, 0.53, -0.06, 1.78, 1.52,
  0.83, -2.0, 0.25, 0.88, 1.2, -0.42, 2.02, -1.12, -0.46, 1.14, 0.25, 2.2,
];
