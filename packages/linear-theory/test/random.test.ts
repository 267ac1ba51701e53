import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { random } from "../src/random.ts";
import { kolmogorovTest } from "../src/verify/kolmogorov.ts";
import { normalCdf } from "../src/verify/normal.ts";

const normals = (seed: number, count: number): Float64Array => {
  const values = new Float64Array(count);
  random(seed).fillNormal(values);
  return values;
};

const mean = (values: ArrayLike<number>, f: (x: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]!);
  return sum / values.length;
};

describe("random", () => {
  it("repeats its numbers for a seed, and gives others for the next", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        expect(normals(seed, 9)).toEqual(normals(seed, 9));
        expect(normals(seed, 9)).not.toEqual(normals(seed + 1, 9));
      }),
    );
  });

  it("fills an array with the numbers that normal() gives one by one, and nothing outside the range", () => {
    const one = random(5);
    const filled = new Float64Array(3000).fill(7);
    random(5).fillNormal(filled, 10, 2990);
    expect([...filled.subarray(10, 2990)]).toEqual(Array.from({ length: 2980 }, () => one.normal()));
    expect([...filled.subarray(0, 10), ...filled.subarray(2990)]).toEqual(new Array(20).fill(7));
  });

  it("draws normals with the moments of a normal up to the eighth", () => {
    const values = normals(1, 1_000_000);
    const expected = [0, 1, 0, 3, 0, 15, 0, 105];
    const spread = [1, 2, 15, 96, 945, 10170, 135135, 2016000];
    for (let power = 1; power <= 8; power++) {
      const error = mean(values, (x) => x ** power) - expected[power - 1]!;
      expect(Math.abs(error), `moment ${power}`).toBeLessThan(4.5 * Math.sqrt(spread[power - 1]! / 1e6));
    }
  });

  it("draws normals with a normal's distribution function, tails beyond the last layer included", () => {
    const values = normals(2, 1_000_000);
    expect(kolmogorovTest([...values.subarray(0, 200_000)], normalCdf).pValue).toBeGreaterThan(1e-3);
    for (const edge of [-4, -3.4, -3.65415, -2, 2, 3.65415, 3.9, 4]) {
      const p = normalCdf(-Math.abs(edge));
      const beyond = mean(values, (x) => Number(edge < 0 ? x < edge : x > edge));
      expect(Math.abs(beyond - p), `beyond ${edge}`).toBeLessThan(4.5 * Math.sqrt(p / 1e6));
    }
  });

  it("draws normals that do not depend on the one before, nor on that of the next seed", () => {
    const [a, b] = [normals(3, 400_000), normals(4, 400_000)];
    for (const f of [(x: number) => x, (x: number) => Math.abs(x) - Math.sqrt(2 / Math.PI)]) {
      let [lagged, across] = [0, 0];
      for (let i = 1; i < a.length; i++) {
        lagged += f(a[i]!) * f(a[i - 1]!);
        across += f(a[i]!) * f(b[i]!);
      }
      expect(Math.abs(lagged)).toBeLessThan(4.5 * Math.sqrt(a.length));
      expect(Math.abs(across)).toBeLessThan(4.5 * Math.sqrt(a.length));
    }
  });

  it.each([1, 2, 3, 7, 40, 500])("draws chi-squares with mean n and variance 2n, n = %i", (n) => {
    const stream = random(n);
    const values = Float64Array.from({ length: 200_000 }, () => stream.chiSquare(n));
    expect(Math.abs(mean(values, (x) => x) - n)).toBeLessThan(4.5 * Math.sqrt((2 * n) / values.length));
    // The variance of (x - n)² is 8n² + 48n.
    expect(Math.abs(mean(values, (x) => (x - n) ** 2) - 2 * n)).toBeLessThan(
      4.5 * Math.sqrt((8 * n * n + 48 * n) / values.length),
    );
  });

  it("draws a chi-square with two degrees of freedom as the exponential that it is", () => {
    const stream = random(8);
    const values = Array.from({ length: 100_000 }, () => stream.chiSquare(2));
    expect(kolmogorovTest(values, (x) => -Math.expm1(-x / 2)).pValue).toBeGreaterThan(1e-3);
  });

  it("draws uniforms that are uniform and never 0 or 1", () => {
    const stream = random(9);
    const values = Array.from({ length: 100_000 }, () => stream.uniform());
    expect(Math.min(...values.slice(0, 1e4))).toBeGreaterThan(0);
    expect(Math.max(...values.slice(0, 1e4))).toBeLessThan(1);
    expect(kolmogorovTest(values, (x) => x).pValue).toBeGreaterThan(1e-3);
  });
});
