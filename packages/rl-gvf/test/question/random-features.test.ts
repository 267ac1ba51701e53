import { Random } from "@outrigger/core/random";
import { describe, expect, it } from "vitest";
import type { ObservationSpace } from "../../src/environment.ts";
import {
  type RandomFeatureOptions,
  randomFeatureSettings,
  randomFeatures,
  transitionFeatures,
} from "../../src/question/random-features.ts";

const space = (...shape: number[]): ObservationSpace => ({ shape, dtype: "uint8", low: 0, high: 255 });
const made = (observation: ObservationSpace, options: RandomFeatureOptions, seed = 1) =>
  randomFeatures(observation, options, Random.seeded(seed, "features"));
const random = Random.seeded(2, "observations");
const image = (size: number) => Float64Array.from({ length: size }, () => random.integer(256));

describe("random features", () => {
  it("there are 16 in the settings of the paper's code and in ours", () => {
    const { atari, maze, minatar } = randomFeatureSettings;
    const counts = [
      made(space(84, 84, 4), atari),
      made(space(72, 96, 3), maze),
      made(space(10, 10, 7), minatar),
    ];
    expect(counts.map(({ count }) => count)).toEqual([16, 16, 16]);
  });

  it("weight vectors are orthogonal, as long as the gain, and look at the newest frame only where asked", () => {
    for (const newestOnly of [false, true]) {
      const options = { patch: [3, 4] as const, channels: 5, gain: 8, divisor: 2, newestOnly };
      const { weights } = made(space(6, 8, 2), options);
      const vector = (c: number) => weights.filter((_, i) => i % 5 === c);
      for (let a = 0; a < 5; a++) {
        for (let b = 0; b <= a; b++) {
          const product = vector(a).reduce((sum, value, i) => sum + value * vector(b)[i]!, 0);
          expect(product).toBeCloseTo(a === b ? (8 / 2) ** 2 : 0, 10);
        }
        const older = vector(a).filter((_, i) => i % 2 === 0);
        expect(older.every((value) => value === 0)).toBe(newestOnly);
      }
    }
  });

  it("are |φ(o') - φ(o)| with φ computed directly, pixels beyond the last patch left out", () => {
    const [height, width, depth, channels] = [7, 9, 2, 3];
    const features = made(space(height, width, depth), { patch: [3, 4], channels });
    expect(features.count).toBe(2 * 2 * channels);
    const size = height * width * depth;
    const [before, after] = [image(2 * size), image(2 * size)];
    const phi = (o: Float64Array, n: number, row: number, column: number, c: number): number => {
      let sum = 0;
      for (let y = 0; y < 3; y++)
        for (let x = 0; x < 4; x++)
          for (let d = 0; d < depth; d++) {
            const value = o[n * size + ((3 * row + y) * width + 4 * column + x) * depth + d]!;
            sum += value * features.weights[((y * 4 + x) * depth + d) * channels + c]!;
          }
      return sum;
    };
    const wanted: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let row = 0; row < 2; row++)
        for (let column = 0; column < 2; column++)
          for (let c = 0; c < channels; c++) {
            wanted.push(Math.abs(phi(after, n, row, column, c) - phi(before, n, row, column, c)));
          }
    const got = new Float64Array(2 * features.count);
    transitionFeatures(features, before, after, got);
    wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 9));
    transitionFeatures(features, after, after, got);
    expect(got.every((value) => value === 0)).toBe(true);
  });

  it("one seed, one map, which is plain JSON", () => {
    const options = randomFeatureSettings.minatar;
    const one = made(space(10, 10, 4), options);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
    expect(made(space(10, 10, 4), options)).toEqual(one);
    expect(made(space(10, 10, 4), options, 2)).not.toEqual(one);
  });

  it("refuses what does not fit", () => {
    expect(() => made(space(4, 4, 1), { patch: [5, 5] })).toThrow(/observation is \[4, 4, 1\]/);
    expect(() => made(space(4, 4, 1), { patch: [1, 2], channels: 3 })).toThrow(
      /3 random features a patch of 1 × 2/,
    );
    expect(() => made(space(9), { patch: [1, 1] })).toThrow(/\[9\]/);
    const features = made(space(4, 4, 1), { patch: [2, 2] });
    const out = new Float64Array(4);
    expect(() => transitionFeatures(features, image(16), image(15), out)).toThrow(/not 16 and 15/);
  });
});
