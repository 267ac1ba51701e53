import { describe, expect, it } from "vitest";
import { criticalDifference, indistinguishable } from "../../src/statistics/critical-difference.ts";
import { friedman } from "../../src/statistics/friedman.ts";

/** Accuracies of four methods on fourteen data sets, with ties. */
const accuracies = [
  [0.763, 0.768, 0.771, 0.798],
  [0.599, 0.591, 0.59, 0.569],
  [0.954, 0.971, 0.968, 0.967],
  [0.628, 0.661, 0.654, 0.657],
  [0.882, 0.888, 0.886, 0.898],
  [0.936, 0.931, 0.916, 0.931],
  [0.661, 0.668, 0.609, 0.685],
  [0.583, 0.583, 0.563, 0.625],
  [0.775, 0.838, 0.866, 0.875],
  [1, 1, 1, 1],
  [0.94, 0.962, 0.965, 0.962],
  [0.619, 0.666, 0.614, 0.669],
  [0.972, 0.981, 0.975, 0.975],
  [0.957, 0.978, 0.946, 0.97],
];

describe("friedman", () => {
  it("equals scipy 1.17.1 with ties, and Iman and Davenport's F from it", () => {
    const found = friedman(accuracies, "higher");
    [3.14285714, 2, 2.92857143, 1.92857143].forEach((rank, j) =>
      expect(found.meanRanks[j]).toBeCloseTo(rank, 8),
    );
    expect(found.chiSquared).toBeCloseTo(10.952380952380956, 12);
    expect(found.p).toBeCloseTo(0.011986176325417788, 13);
    expect(found.f).toBeCloseTo(4.585889570552149, 12);
    expect(found.pF).toBeCloseTo(0.007628838730725745, 13);
  });

  it("reads ranks by what is better: turning the scores round changes nothing", () => {
    const turned = accuracies.map((list) => list.map((score) => -score));
    expect(friedman(turned, "lower")).toEqual(friedman(accuracies, "higher"));
    expect(friedman(accuracies, "lower").meanRanks[0]).toBeCloseTo(5 - 3.14285714, 8);
  });

  it("finds nothing where nothing differs, and everything where all rank alike", () => {
    expect(
      friedman(
        [
          [1, 1],
          [2, 2],
        ],
        "lower",
      ),
    ).toEqual({ meanRanks: [1.5, 1.5], chiSquared: 0, p: 1, f: 0, pF: 1 });
    const alike = friedman(
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
      "lower",
    );
    expect(alike).toMatchObject({ meanRanks: [1, 2, 3], chiSquared: 6, f: Number.POSITIVE_INFINITY, pF: 0 });
    expect(alike.p).toBeCloseTo(Math.exp(-3), 14);
  });

  it("refuses too few, ragged and unfinished scores, and says which", () => {
    expect(() => friedman([[1, 2]], "lower")).toThrow(/1 benchmarks with 2 methods/);
    expect(() => friedman([[1], [2]], "lower")).toThrow(/two or more methods/);
    expect(() =>
      friedman(
        [
          [1, 2],
          [1, 2, 3],
        ],
        "lower",
      ),
    ).toThrow(/2, 3 methods/);
    expect(() =>
      friedman(
        [
          [1, 2],
          [1, Number.NaN],
        ],
        "lower",
      ),
    ).toThrow(/benchmark 1: value 1 is NaN/);
  });
});

describe("criticalDifference", () => {
  it("is that of Demšar's example: 4 methods, 14 data sets, 1.25 at 0.05 and 1.12 at 0.10", () => {
    expect(criticalDifference(4, 14)).toBeCloseTo(2.569 * Math.sqrt((4 * 5) / (6 * 14)), 3);
    expect(criticalDifference(4, 14)).toBeCloseTo(1.25, 2);
    expect(criticalDifference(4, 14, 0.9)).toBeCloseTo(1.12, 2);
  });

  it("refuses to compare one method, or none of the benchmarks", () => {
    expect(() => criticalDifference(1, 14)).toThrow(/k is 1/);
    expect(() => criticalDifference(4, 0)).toThrow(/0 benchmarks/);
  });
});

describe("indistinguishable", () => {
  it("gives the largest sets that lie within the difference, best first, and no set inside another", () => {
    expect(indistinguishable([3.143, 2, 2.893, 1.964], 1.25)).toEqual([[3, 1, 2, 0]]);
    expect(indistinguishable([3.2, 2, 2.9, 1.9], 1.25)).toEqual([
      [3, 1, 2],
      [1, 2, 0],
    ]);
    expect(indistinguishable([1, 2, 5, 6], 1)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(indistinguishable([1, 3, 5], 1)).toEqual([]);
  });

  it("joins equal ranks whatever the difference", () => {
    expect(indistinguishable([2, 1, 2], 0)).toEqual([[0, 2]]);
  });
});
