import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "../../src/statistics/bootstrap.ts";
import { probabilityOfImprovement } from "../../src/statistics/improvement.ts";
import { optimalityGap } from "../../src/statistics/optimality-gap.ts";
import { performanceProfile, shareAbove } from "../../src/statistics/performance-profile.ts";
import { relativeGain } from "../../src/statistics/relative-gain.ts";

describe("optimalityGap", () => {
  it("counts what is missing to the target and nothing above it", () => {
    expect(
      optimalityGap([
        [0.5, 2],
        [1, 0],
      ]),
    ).toBe(1 - (0.5 + 1 + 1 + 0) / 4);
    expect(optimalityGap([[3, 5]], 4)).toBe(0.5);
    expect(optimalityGap([[7]])).toBe(0);
    expect(() => optimalityGap([[1], []])).toThrow(/benchmark 1: the list is empty/);
    expect(() => optimalityGap([])).toThrow(/no benchmark/);
  });
});

describe("performance profiles", () => {
  const strata = [
    [1, 2, 3, 4],
    [0, 10],
  ];

  it("weigh benchmarks alike, however many runs each has, and count strictly above", () => {
    expect(shareAbove(strata, 2)).toBe((2 / 4 + 1 / 2) / 2);
    expect(shareAbove(strata, 2.5, "means")).toBe(0.5);
    expect(shareAbove(strata, -1)).toBe(1);
    expect(shareAbove(strata, 10)).toBe(0);
  });

  it("have pointwise intervals that hold the share, the same on every call", () => {
    const thresholds = [-1, 0, 2, 3, 11];
    const points = performanceProfile(strata, thresholds, { resamples: 300 });
    expect(points).toEqual(performanceProfile(strata, thresholds, { resamples: 300 }));
    expect(points.map((point) => point.share)).toEqual([1, 0.75, 0.5, 0.375, 0]);
    for (const { low, share, high } of points) {
      expect(low).toBeLessThanOrEqual(share);
      expect(high).toBeGreaterThanOrEqual(share);
    }
    expect(points[0]).toMatchObject({ low: 1, high: 1 });
    expect(points[2]?.high).toBeGreaterThan(points[2]?.low ?? 1);
  });
});

describe("an interval of the probability of improvement", () => {
  it("resamples the runs of both methods: strata one after the other", () => {
    const method = [
      [3, 4, 5],
      [8, 9],
    ];
    const baseline = [[1, 2, 4.5], [7]];
    const statistic = (strata: readonly (readonly number[])[]) =>
      probabilityOfImprovement(strata.slice(0, 2), strata.slice(2), "higher");
    const share = probabilityOfImprovement(method, baseline, "higher");
    const { low, high } = bootstrapInterval([...method, ...baseline], { statistic });
    expect(share).toBeCloseTo((7 / 9 + 1) / 2, 14);
    expect(low).toBeLessThan(share);
    expect(high).toBe(1);
  });
});

describe("relativeGain", () => {
  it("is the mean of signed shares: positive is better, whichever way a metric points", () => {
    const gain = relativeGain([
      { task: "segmentation", method: 0.55, baseline: 0.5, better: "higher" },
      { task: "depth", method: 0.9, baseline: 1, better: "lower" },
      { task: "normals", method: 22, baseline: 20, better: "lower" },
    ]);
    expect(gain).toBeCloseTo((0.1 + 0.1 - 0.1) / 3, 14);
  });

  it("keeps its sign for a baseline below zero", () => {
    expect(relativeGain([{ task: "return", method: -5, baseline: -10, better: "higher" }])).toBe(0.5);
  });

  it("refuses a baseline of zero, names the task, and refuses no task at all", () => {
    expect(() => relativeGain([{ task: "r2", method: 1, baseline: 0, better: "higher" }])).toThrow(
      /"r2" is 0/,
    );
    expect(() => relativeGain([])).toThrow(/empty/);
  });
});
