import { OutriggerError } from "@outrigger/core/error";
import { Random } from "@outrigger/core/random";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

const draws = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.uniform());

function moments(values: ArrayLike<number>): { mean: number; variance: number; kurtosis: number } {
  const list = Array.from(values);
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
  const central = (power: number) =>
    list.reduce((sum, value) => sum + (value - mean) ** power, 0) / list.length;
  const variance = central(2);
  return { mean, variance, kurtosis: central(4) / variance ** 2 };
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const x = moments(a);
  const y = moments(b);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - x.mean) * (b[i]! - y.mean);
  return sum / a.length / Math.sqrt(x.variance * y.variance);
}

describe("Random", () => {
  test("the same seed and name give the same numbers; another seed or name gives others", () => {
    const reference = draws(Random.seeded(3, "init"), 20);
    expect(draws(Random.seeded(3, "init"), 20)).toEqual(reference);
    for (const other of [
      Random.seeded(4, "init"),
      Random.seeded(3, "inis"),
      Random.seeded(3, ""),
      Random.seeded(-3, "init"),
      Random.seeded(3.5, "init"),
    ]) {
      expect(draws(other, 20).some((value) => reference.includes(value))).toBe(false);
    }
  });

  test("a stream continues identically from its state through JSON, at any point and after any kind of draw", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.constantFrom("uniform", "normal", "integer", "permutation", "mask"), { maxLength: 30 }),
        (seed, kinds) => {
          const random = Random.seeded(seed, "x");
          const mask = new Float32Array(5);
          for (const kind of kinds) {
            if (kind === "uniform") random.uniform();
            if (kind === "normal") random.normal();
            if (kind === "integer") random.integer(1000);
            if (kind === "permutation") random.permutation(7);
            if (kind === "mask") random.bernoulli(mask, 0.5);
          }
          const saved = JSON.stringify(random.state);
          const expected = draws(random, 5);
          expect(draws(Random.from(JSON.parse(saved)), 5)).toEqual(expected);
          random.state = JSON.parse(saved);
          expect(draws(random, 5)).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("reading the state does not share it", () => {
    const random = Random.seeded(1, "x");
    const before = random.state;
    random.state[0] = 99;
    random.uniform();
    expect(Random.from(before).uniform()).toBe(Random.seeded(1, "x").uniform());
  });

  test("streams of neighbouring seeds and names are uncorrelated", () => {
    const count = 20_000;
    const base = draws(Random.seeded(0, "dropout"), count);
    const others: [number, string][] = [
      [1, "dropout"],
      [0, "dropouu"],
      [0, "batches"],
      [10, "dropout"],
    ];
    for (const [seed, name] of others) {
      expect(Math.abs(correlation(base, draws(Random.seeded(seed, name), count)))).toBeLessThan(
        4 / Math.sqrt(count),
      );
    }
  });

  test("first draws over many seeds are uniform: the hash leaves no trace of the seed", () => {
    const first = Array.from({ length: 20_000 }, (_, seed) => Random.seeded(seed, "a").uniform());
    const bins = Array.from({ length: 20 }, () => 0);
    for (const value of first) bins[Math.floor(value * 20)]! += 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(43.8); // 0.999 quantile with 19 degrees of freedom
    expect(Math.abs(correlation(first.slice(0, -1), first.slice(1)))).toBeLessThan(0.03);
  });

  test("uniform: moments of [0, 1)", () => {
    const values = draws(Random.seeded(5, "u"), 200_000);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 3);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  test("normal: mean 0, variance 1, kurtosis 3, uncorrelated neighbours", () => {
    const random = Random.seeded(5, "n");
    const values = Array.from({ length: 200_000 }, () => random.normal());
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.06);
    expect(Math.abs(correlation(values.slice(0, -1), values.slice(1)))).toBeLessThan(0.01);
  });

  test("integer covers 0 … n - 1 evenly and refuses what has no meaning", () => {
    const random = Random.seeded(8, "i");
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    expect(random.integer(1)).toBe(0);
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 33])
      expect(() => random.integer(n)).toThrow(OutriggerError);
  });

  test("permutation: every order is equally likely", () => {
    const random = Random.seeded(9, "p");
    const seen = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(4).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(random.permutation(0)).toEqual([]);
  });

  test.each([0.1, 0.5, 0.9, 1])("bernoulli keeps with probability %s and scales to a mean of 1", (keep) => {
    const mask = new Float32Array(400_001);
    Random.seeded(2, "mask").bernoulli(mask, keep);
    const kept = mask.filter((value) => value > 0);
    expect(kept.every((value) => value === Math.fround(1 / keep))).toBe(true);
    expect(Math.abs(kept.length / mask.length - keep)).toBeLessThan(0.003);
    expect(Math.abs(moments(mask).mean - 1)).toBeLessThan(0.003 / keep);
    const neighbours = keep < 1 ? correlation(mask.subarray(0, -1), mask.subarray(1)) : 0;
    expect(Math.abs(neighbours)).toBeLessThan(0.007);
  });

  test("bernoulli takes its bits from the stream itself: one 32-bit draw for every two values", () => {
    for (const length of [0, 1, 2, 7, 1000]) {
      const [masked, plain] = [Random.seeded(4, "m"), Random.seeded(4, "m")];
      const mask = new Float32Array(length);
      masked.bernoulli(mask, 0.3);
      const expected: number[] = [];
      while (expected.length < length) {
        const bits = plain.integer(2 ** 32);
        expected.push(
          ...[bits % 65536, Math.floor(bits / 65536)].map((part) => (part < 19661 ? 1 / 0.3 : 0)),
        );
      }
      expect(mask).toEqual(Float32Array.from(expected.slice(0, length)));
      expect(masked.state).toEqual(plain.state);
    }
  });

  test("bernoulli refuses a probability of 0 or above 1, and never masks everything for a tiny one", () => {
    const random = Random.seeded(1, "mask");
    for (const keep of [0, -0.1, 1.1, Number.NaN]) {
      expect(() => random.bernoulli(new Float32Array(2), keep)).toThrow(OutriggerError);
    }
    const mask = new Float32Array(1_000_000);
    random.bernoulli(mask, 1e-6);
    expect(mask.some((value) => value > 0)).toBe(true);
  });

  test("a broken state or seed is refused", () => {
    for (const state of [[], [1, 2, 3], [0, 0, 0, 0], [1, 2, 3, 4.5], [1, 2, 3, 2 ** 40]]) {
      expect(() => Random.from(state)).toThrow(OutriggerError);
    }
    expect(() => Random.seeded(Number.NaN, "x")).toThrow(OutriggerError);
  });
});
