import { Random } from "@outrigger/core/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calibrate, conformalQuantile, interval, predictionSet } from "../../src/predictor/conformal.ts";
import { coverageVerdict, measuredCoverage, type TestRow } from "../../src/training/report.ts";
import { measure } from "../../src/training/test-metrics.ts";

const levels = fc.double({ min: 0.05, max: 0.99, noNaN: true });
const rowsOf = (labels: readonly number[], values: readonly number[]): TestRow[] =>
  labels.map((label, i) => ({
    smiles: "C",
    label,
    value: values[i]!,
    sd: null,
    similarity: 1,
    scaffoldSeen: null,
  }));

describe("the conformal quantile", () => {
  it("is the smallest score that at least (n + 1)·level − 1 others do not exceed, or infinite", () => {
    const scores = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
    const holds = (): void =>
      fc.assert(
        fc.property(scores, levels, (given, level) => {
          const sorted = given.toSorted((a, b) => a - b);
          const q = conformalQuantile(sorted, level);
          const below = sorted.filter((score) => score <= q).length;
          if (!Number.isFinite(q)) return (sorted.length + 1) * level > sorted.length;
          const strictly = sorted.filter((score) => score < q).length;
          return below >= (sorted.length + 1) * level - 1e-6 && strictly < (sorted.length + 1) * level;
        }),
      );
    expect(holds).not.toThrow();
  });

  it("needs level/(1 − level) scores, and is not put off by rounding", () => {
    const scores = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
    expect(conformalQuantile(scores(8), 0.9)).toBe(Number.POSITIVE_INFINITY);
    expect(conformalQuantile(scores(9), 0.9)).toBe(9);
    expect(conformalQuantile(scores(19), 0.95)).toBe(19);
    expect(conformalQuantile([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("intervals and sets", () => {
  it("hold the promised share of exchangeable labels on average over many calibrations", () => {
    const random = Random.seeded(0, "coverage");
    for (const level of [0.5, 0.8, 0.9]) {
      let [inside, all] = [0, 0];
      for (let trial = 0; trial < 400; trial++) {
        const draw = (n: number): number[] => Array.from({ length: n }, () => random.normal());
        const made = calibrate("regression", new Array<number>(29).fill(0), draw(29));
        const tests = draw(20);
        inside += measuredCoverage(
          { calibration: made },
          rowsOf(
            tests,
            tests.map(() => 0),
          ),
          level,
        ).find((each) => each.level === level)!.covered;
        all += tests.length;
      }
      // ⌈30·level⌉/30 exactly; of 400 calibrations the mean strays by less than 0.02.
      expect(Math.abs(inside / all - Math.ceil(30 * level) / 30)).toBeLessThan(0.02);
    }
  });

  it("of classes hold each class as often as promised, the rare one too", () => {
    const random = Random.seeded(1, "coverage");
    const draw = (): { label: number; value: number } => {
      const label = Number(random.uniform() < 0.15);
      return { label, value: Math.min(1, Math.max(0, 0.3 + 0.25 * label + 0.2 * random.normal())) };
    };
    const found = [
      [0, 0],
      [0, 0],
    ];
    for (let trial = 0; trial < 200; trial++) {
      const known = Array.from({ length: 120 }, draw);
      const made = calibrate(
        "classification",
        known.map(({ value }) => value),
        known.map(({ label }) => label),
      );
      if (made.kind !== "classification") throw new Error("wrong kind");
      for (const { label, value } of Array.from({ length: 40 }, draw)) {
        found[label]![0]! += Number(predictionSet(made, value, 0.8).includes(label));
        found[label]![1]!++;
      }
    }
    for (const [covered, labels] of found) expect(covered! / labels!).toBeGreaterThan(0.78);
  });

  it("grow with the level and lie around the value", () => {
    const made = calibrate("regression", [0, 0, 0, 0], [1, -2, 3, -4]);
    if (made.kind !== "regression") throw new Error("wrong kind");
    expect(made.scores).toEqual([1, 2, 3, 4]);
    expect(interval(made, 10, 0.6)).toEqual([7, 13]);
    expect(interval(made, 10, 0.95)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });
});

describe("what coverage says", () => {
  const at = (covered: number, labels: number) => ({ level: 0.9, covered, labels, size: 1 });

  it("is nothing as long as chance explains it, and which way the test molecules differ beyond that", () => {
    // Two standard deviations with 50 and 50: 0.12.
    expect(coverageVerdict(at(45, 50), 50)).toBe("");
    expect(coverageVerdict(at(40, 50), 50)).toBe("");
    expect(coverageVerdict(at(38, 50), 50)).toMatch(/too narrow/);
    expect(coverageVerdict(at(1000, 1000), 1000)).toMatch(/easier/);
    expect(coverageVerdict(at(0, 0), 50)).toBe("");
    expect(coverageVerdict({ ...at(50, 50), size: null }, 5)).toBe("");
  });
});

describe("metrics of test molecules", () => {
  const label = Float64Array.from({ length: 60 }, (_, i) => Math.sin(i));
  const prediction = label.map((value, i) => value + 0.1 * Math.cos(7 * i));

  it("have intervals around them that are the same every time, and a baseline", () => {
    const [rmse, mae, r2] = measure("regression", { label, prediction }, 0);
    for (const metric of [rmse!, mae!, r2!]) {
      expect(metric.low!).toBeLessThan(metric.value!);
      expect(metric.high!).toBeGreaterThan(metric.value!);
    }
    expect(rmse!.baseline).toBeCloseTo(Math.sqrt(label.reduce((sum, y) => sum + y * y, 0) / 60), 12);
    expect(measure("regression", { label, prediction }, 0)).toEqual([rmse, mae, r2]);
  });

  it("are null where they are not defined, never another metric in their place", () => {
    const ones = new Float64Array(10).fill(1);
    const [auc, accuracy] = measure("classification", { label: ones, prediction: ones.map(() => 0.7) }, 1);
    expect([auc!.value, auc!.low, accuracy!.value]).toEqual([null, null, 1]);
    const none = new Float64Array();
    for (const kind of ["regression", "classification"] as const)
      for (const { value, baseline } of measure(kind, { label: none, prediction: none }, 0))
        expect([value, baseline]).toEqual([null, null]);
  });
});
