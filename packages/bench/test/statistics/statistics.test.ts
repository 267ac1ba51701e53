import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BenchError } from "../../src/error.ts";
import { bootstrapInterval, quantile } from "../../src/statistics/bootstrap.ts";
import { probabilityOfImprovement } from "../../src/statistics/improvement.ts";
import { interquartileMean, mean, standardDeviation } from "../../src/statistics/interquartile-mean.ts";
import { pairedDifference, verdict } from "../../src/statistics/paired.ts";
import { studentCumulative, studentQuantile } from "../../src/statistics/student-t.ts";

const seeds = (...values: number[]) => new Map(values.map((value, seed) => [seed, value]));

describe("interquartileMean", () => {
  it("drops whole values, floor(n / 4) at either end, as scipy.stats.trim_mean(values, 0.25) does", () => {
    expect(interquartileMean([5, 1, 100, 3, 2])).toBe((2 + 3 + 5) / 3);
    expect(interquartileMean([1, 2, 3, 4, 5, 6, 7, 80])).toBe((3 + 4 + 5 + 6) / 4);
    expect(interquartileMean([1, 2, 3, 4, 5, 6, 90])).toBe((2 + 3 + 4 + 5 + 6) / 5);
    expect(interquartileMean([1, 2, 9])).toBe(4);
    expect(interquartileMean([7])).toBe(7);
    expect(interquartileMean([])).toBeNaN();
  });

  it("one outlier of five cannot move it, and the input stays in its order", () => {
    const values = [3, 1, 2, 4, 1e9];
    expect(interquartileMean(values)).toBe(3);
    expect(values).toEqual([3, 1, 2, 4, 1e9]);
  });
});

describe("standardDeviation", () => {
  it("divides by n - 1", () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(standardDeviation([1])).toBeNaN();
  });
});

describe("studentQuantile", () => {
  // Closed forms: freedom 1 is tan(pi (p - 1/2)), freedom 2 is (2p - 1) sqrt(2 / (4 p (1 - p))).
  it.each([0.6, 0.9, 0.975, 0.999])(
    "equals the closed forms for 1 and 2 degrees of freedom at p = %f",
    (p) => {
      expect(studentQuantile(p, 1)).toBeCloseTo(Math.tan(Math.PI * (p - 0.5)), 9);
      expect(studentQuantile(p, 2)).toBeCloseTo((2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p))), 10);
    },
  );

  // Freedom 4: the cubic solution of Shaw (2006), 2 sqrt(cos(acos(sqrt(a)) / 3) / sqrt(a) - 1) with a = 4 p (1 - p).
  it.each([0.6, 0.9, 0.975, 0.999])("equals the closed form for 4 degrees of freedom at p = %f", (p) => {
    const a = 4 * p * (1 - p);
    expect(studentQuantile(p, 4)).toBeCloseTo(
      2 * Math.sqrt(Math.cos(Math.acos(Math.sqrt(a)) / 3) / Math.sqrt(a) - 1),
      10,
    );
  });

  it("equals the printed tables at 97.5 %", () => {
    const table: [number, number][] = [
      [3, 3.182],
      [4, 2.776],
      [9, 2.262],
      [19, 2.093],
      [30, 2.042],
      [120, 1.98],
    ];
    for (const [freedom, value] of table) expect(studentQuantile(0.975, freedom)).toBeCloseTo(value, 3);
    expect(studentQuantile(0.975, 1e7)).toBeCloseTo(1.959964, 5);
  });

  it("is the inverse of the cumulative function, odd around one half", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (p, freedom) => {
          const t = studentQuantile(p, freedom);
          expect(studentCumulative(t, freedom)).toBeCloseTo(p, 12);
          expect(studentQuantile(1 - p, freedom)).toBeCloseTo(-t, 6);
        },
      ),
    );
  });

  it("rejects what is no probability", () => {
    expect(() => studentQuantile(1, 4)).toThrow(BenchError);
    expect(() => studentQuantile(Number.NaN, 4)).toThrow(BenchError);
    expect(() => studentQuantile(0.5, 0)).toThrow(BenchError);
  });
});

describe("pairedDifference", () => {
  it("equals the hand computation", () => {
    // d = -1, -2, -3, -2, -2: mean -2, sd sqrt(0.5), half = 2.776445 * 0.707107 / sqrt(5) = 0.877989
    const found = pairedDifference(seeds(1, 2, 3, 4, 5), seeds(2, 4, 6, 6, 7));
    expect(found.mean).toBe(-2);
    expect(found.pairs).toBe(5);
    expect(found.low).toBeCloseTo(-2.877989, 5);
    expect(found.high).toBeCloseTo(-1.122011, 5);
  });

  it("pairs by seed, whatever the order, and leaves out seeds that one side lacks", () => {
    const method = new Map([
      [7, 1],
      [3, 5],
    ]);
    const baseline = new Map([
      [3, 4],
      [8, 100],
      [7, 3],
    ]);
    expect(pairedDifference(method, baseline)).toMatchObject({ pairs: 2, mean: -0.5 });
  });

  it("has no interval for one pair", () => {
    expect(pairedDifference(seeds(1), seeds(2))).toEqual({
      pairs: 1,
      mean: -1,
      low: Number.NaN,
      high: Number.NaN,
      p: Number.NaN,
    });
  });

  it("has the p of the paired t test: the interval at level 1 - p ends at zero", () => {
    const method = seeds(1.2, 0.7, 1.9, 1.1, 0.4, 1.6);
    const baseline = seeds(1, 1, 1, 1, 1, 1);
    const { p, mean } = pairedDifference(method, baseline);
    // scipy 1.17.1: ttest_rel
    expect(p).toBeCloseTo(0.5365925420742659, 12);
    const { low, high } = pairedDifference(method, baseline, 1 - p);
    expect(Math.min(Math.abs(low), Math.abs(high))).toBeLessThan(1e-12 * Math.abs(mean) + 1e-12);
    expect(pairedDifference(baseline, baseline).p).toBe(1);
    expect(pairedDifference(seeds(2, 2), seeds(1, 1)).p).toBe(0);
  });
});

describe("verdict", () => {
  const difference = (mean: number, half: number, pairs = 5) => ({
    pairs,
    mean,
    low: mean - half,
    high: mean + half,
    p: 0.5,
  });
  const lower = { better: "lower", expected: 5, smoke: false } as const;

  it("says no difference whenever the interval holds zero", () => {
    expect(verdict(difference(-1, 1.01), lower)).toBe("no difference");
    expect(verdict(difference(-1, 1), lower)).toBe("no difference");
    expect(verdict(difference(0, 0), lower)).toBe("no difference");
  });

  it("reads the sign by what is better", () => {
    expect(verdict(difference(-1, 0.5), lower)).toBe("better");
    expect(verdict(difference(1, 0.5), lower)).toBe("worse");
    expect(verdict(difference(1, 0.5), { ...lower, better: "higher" })).toBe("better");
    expect(verdict(difference(-1, 0.5), { ...lower, better: "higher" })).toBe("worse");
  });

  it("never concludes from smoke, from too few seeds, or while seeds are missing", () => {
    expect(verdict(difference(-9, 0.1), { ...lower, smoke: true })).toBe("too small to conclude");
    expect(verdict(difference(-9, 0.1, 4), { ...lower, expected: 4 })).toBe("too small to conclude");
    expect(verdict(difference(-9, 0.1, 4), lower)).toBe("incomplete");
  });
});

describe("probabilityOfImprovement", () => {
  it("counts pairs, ties for half", () => {
    expect(probabilityOfImprovement([[1, 3]], [[2, 3]], "lower")).toBe((1 + 1 + 0 + 0.5) / 4);
    expect(probabilityOfImprovement([[1, 3]], [[2, 3]], "higher")).toBe((0 + 0 + 1 + 0.5) / 4);
    expect(probabilityOfImprovement([[5, 6]], [[1, 2]], "higher")).toBe(1);
    expect(probabilityOfImprovement([[]], [[1]], "higher")).toBeNaN();
  });

  it("averages benchmarks, however many runs each has", () => {
    expect(probabilityOfImprovement([[5, 6, 7], [0]], [[1], [1, 2]], "higher")).toBe(0.5);
  });
});

describe("bootstrapInterval", () => {
  const values = [1.02, 0.98, 1.11, 1.07, 0.95];
  const pooledMean = (strata: readonly (readonly number[])[]) => mean(strata.flat());

  it("is the same on every call, and another with another seed", () => {
    expect(bootstrapInterval([values])).toEqual(bootstrapInterval([values]));
    const other = (seed: number) =>
      bootstrapInterval([values], { statistic: pooledMean, resamples: 100, seed });
    expect(other(1)).not.toEqual(other(2));
  });

  it("equals exact enumeration for the mean of two values", () => {
    // Resamples of (0, 1) have means 0, 1/2, 1 with probability 1/4, 1/2, 1/4: the 2.5 % and 97.5 % quantiles are 0 and 1.
    expect(bootstrapInterval([[0, 1]], { statistic: pooledMean })).toEqual({ low: 0, high: 1 });
    // 20 % and 80 % lie inside the outer quarters, 30 % and 70 % inside the middle half.
    expect(bootstrapInterval([[0, 1]], { statistic: pooledMean, level: 0.6 })).toEqual({ low: 0, high: 1 });
    expect(bootstrapInterval([[0, 1]], { statistic: pooledMean, level: 0.4 })).toEqual({
      low: 0.5,
      high: 0.5,
    });
  });

  it("resamples inside each stratum: the mean of constant strata cannot vary", () => {
    const strata = [
      [1, 1, 1],
      [5, 5],
    ];
    expect(bootstrapInterval(strata, { statistic: pooledMean })).toEqual({ low: 13 / 5, high: 13 / 5 });
    const pooled = bootstrapInterval([strata.flat()], { statistic: pooledMean });
    expect(pooled.high - pooled.low).toBeGreaterThan(1);
  });

  it("covers the mean of normal samples about as often as it says", () => {
    // 400 samples of 20: nominal 95 %; the percentile interval is known to be a little short (about 92 to 93 % here).
    let state = 1;
    const uniform = () => ((state = (state * 48271) % 2147483647), state / 2147483647);
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const { low, high } = bootstrapInterval([Array.from({ length: 20 }, normal)], {
        statistic: pooledMean,
        resamples: 300,
      });
      if (low <= 0 && high >= 0) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.88);
    expect(covered / 400).toBeLessThan(0.97);
  });

  it("has no bounds for one value", () => {
    expect(bootstrapInterval([[1]])).toEqual({ low: Number.NaN, high: Number.NaN });
  });
});

describe("quantile", () => {
  it("interpolates as numpy.quantile does", () => {
    expect(quantile([1, 2, 3, 4], 0.25)).toBe(1.75);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
    expect(quantile([6], 0.3)).toBe(6);
  });
});
