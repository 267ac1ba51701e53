import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { outputShift, ratioAtLength, restrictedRatio, safeLength } from "../src/bound/safe-length.ts";
import { wrongRatio } from "../src/bound/wrong-ratio.ts";
import { range } from "../src/task/task.ts";

/** All sets of `kept` of the numbers 0 … length - 1 that hold the support. */
const restrictions = (length: number, kept: number, support: readonly number[]): number[][] =>
  range(0, 2 ** length)
    .map((mask) => range(0, length).filter((i) => (mask >> i) & 1))
    .filter((set) => set.length === kept && support.every((i) => set.includes(i)));

/** One attention head with logits that depend on query, key and position id alone; values in the plane. */
function head(seed: number, length: number) {
  const random = Random.seeded(seed, "head");
  const query = [random.normal(), random.normal()];
  const keys = range(0, length).map(() => [random.normal(), random.normal()]);
  const values = range(0, length).map(() => [random.normal(), random.normal()] as const);
  const logit = (i: number) => query[0]! * keys[i]![0]! + query[1]! * keys[i]![1]! - 0.1 * (length - i);
  const attend = (kept: readonly number[]) => {
    const weights = kept.map((i) => Math.exp(logit(i)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const mix = (axis: 0 | 1) =>
      kept.reduce((sum, i, j) => sum + (weights[j]! / total) * values[i]![axis], 0);
    return { weights: weights.map((weight) => weight / total), output: [mix(0), mix(1)] as const };
  };
  return { values, attend };
}

const heads = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 5, max: 9 }),
  kept: fc.integer({ min: 3, max: 5 }),
  support: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 2 }),
});
const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);

describe("on an exact attention head", () => {
  test("the mean ratio over all restrictions is (n - k)/(N - k) of the whole context's", () => {
    fc.assert(
      fc.property(heads, ({ seed, length, kept, support }) => {
        const { attend } = head(seed, length);
        const ratio = (set: number[]) =>
          wrongRatio(
            attend(set).weights,
            support.map((i) => set.indexOf(i)),
          );
        const sets = restrictions(length, kept, support);
        const mean = sets.reduce((sum, set) => sum + ratio(set), 0) / sets.length;
        const whole = ratio(range(0, length));
        const size = { length, kept, support: support.length };
        expect(Math.abs(mean - restrictedRatio(whole, size))).toBeLessThan(1e-9 * whole);
        expect(Math.abs(ratioAtLength(mean, size) - whole)).toBeLessThan(1e-9 * whole);
      }),
      { numRuns: 60 },
    );
  });

  test("the output moves by no more than 2B r/(1 + r) from that on the support alone, and as far for opposite values", () => {
    fc.assert(
      fc.property(heads, ({ seed, length, support }) => {
        const { attend, values } = head(seed, length);
        const all = attend(range(0, length));
        const bound = Math.max(...values.map((value) => Math.hypot(...value)));
        const shift = distance(all.output, attend(support).output);
        expect(shift).toBeLessThanOrEqual(outputShift(wrongRatio(all.weights, support), bound) * (1 + 1e-12));
      }),
    );
    // Weights 1 on the value B and r on -B: the output is B (1 - r)/(1 + r).
    const [ratio, bound] = [0.25, 3];
    expect(outputShift(ratio, bound)).toBeCloseTo(bound - (bound * (1 - ratio)) / (1 + ratio), 12);
    expect(outputShift(Infinity, 3)).toBe(6);
  });
});

describe("safeLength", () => {
  const positive = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const settings = fc.record({
    restricted: positive(1e-4, 0.5),
    kept: fc.integer({ min: 4, max: 20 }),
    support: fc.integer({ min: 0, max: 3 }),
    margin: positive(0.01, 1),
    valueBound: positive(0.6, 5),
  });

  test("is the last length whose shift stays below the margin", () => {
    fc.assert(
      fc.property(settings, (setting) => {
        const { restricted, kept, support, margin, valueBound } = setting;
        const last = safeLength(setting);
        // By the ratio itself, so that lengths below `kept` can be looked at too.
        const shift = (length: number) =>
          outputShift((restricted * (length - support)) / (kept - support), valueBound);
        if (last > support) expect(shift(last)).toBeLessThan(margin * (1 + 1e-9));
        expect(shift(last + 1)).toBeGreaterThanOrEqual(margin * (1 - 1e-9));
      }),
      { numRuns: 300 },
    );
  });

  test("is n γ / 2Bε to first order, and grows as the ratio falls", () => {
    const setting = { restricted: 1e-4, kept: 1000, support: 0, margin: 0.001, valueBound: 1 };
    expect(safeLength(setting) / 5000).toBeCloseTo(1, 2);
    expect(safeLength({ ...setting, restricted: 5e-5 }) / 10_000).toBeCloseTo(1, 2);
    expect(safeLength({ ...setting, restricted: 0 })).toBe(Infinity);
    expect(safeLength({ ...setting, margin: 2 })).toBe(Infinity);
    expect(safeLength({ ...setting, support: 7, restricted: 1e9 })).toBe(7);
  });

  test("wrong sizes and numbers are errors", () => {
    const setting = { restricted: 0.1, kept: 8, support: 3, margin: 1, valueBound: 1 };
    for (const wrong of [
      () => safeLength({ ...setting, support: 8 }),
      () => safeLength({ ...setting, kept: 8.5 }),
      () => safeLength({ ...setting, margin: 0 }),
      () => safeLength({ ...setting, restricted: Number.NaN }),
      () => safeLength({ ...setting, valueBound: Infinity }),
      () => restrictedRatio(-1, { length: 9, kept: 5, support: 2 }),
      () => ratioAtLength(1, { length: 4, kept: 5, support: 2 }),
      () => outputShift(Number.NaN, 1),
    ])
      expect(wrong).toThrow(expect.objectContaining({ code: "bad-option" }));
  });
});

test("wrongRatio does not depend on normalisation, is Infinity with nothing on the support, and refuses bad weights", () => {
  expect(wrongRatio([1, 2, 3, 2], [1, 3])).toBe(1);
  expect(wrongRatio([10, 20, 30, 20], [3, 1, 1])).toBe(1);
  expect(wrongRatio([1, 0], [1])).toBe(Infinity);
  for (const [weights, support] of [
    [[1, -1], [0]],
    [[Number.NaN], [0]],
    [[0, 0], [0]],
    [[1], [1]],
  ] as const)
    expect(() => wrongRatio(weights, support)).toThrow(expect.objectContaining({ code: "bad-data" }));
});
