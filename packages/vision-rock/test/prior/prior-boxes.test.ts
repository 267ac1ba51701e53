import { describe, expect, test } from "vitest";
import { rockSsd, smallSsd } from "../../src/detector/presets.ts";
import { VisionRockError } from "../../src/error.ts";
import { type PriorLevel, priorBoxes } from "../../src/prior/prior-boxes.ts";

/** Prior p as it is printed: a Float32Array has fewer digits than the numbers expected. */
const prior = ({ boxes }: { boxes: Float32Array }, p: number): number[] => [
  ...boxes.subarray(4 * p, 4 * p + 4),
];

function expectPrior(priors: { boxes: Float32Array }, p: number, expected: readonly number[]): void {
  prior(priors, p).forEach((value, k) =>
    expect(value, `number ${k} of prior ${p}`).toBeCloseTo(expected[k]!, 6),
  );
}

describe("the priors of ROCK", () => {
  const { priors } = rockSsd({ map: { height: 30, width: 40, channels: 1 }, classes: 1 });

  test("the first cell by hand", () => {
    // Centre (½/40, ½/30); s = 0.07, √(0.07 · 0.15) = 0.102470, 0.07√2 = 0.098995, 0.07/√2 = 0.049497.
    expectPrior(priors, 0, [0.0125, 0.016667, 0.07, 0.07]);
    expectPrior(priors, 1, [0.0125, 0.016667, 0.10247, 0.10247]);
    expectPrior(priors, 2, [0.0125, 0.016667, 0.098995, 0.049497]);
    expectPrior(priors, 3, [0.0125, 0.016667, 0.049497, 0.098995]);
  });

  test("columns go before rows, and the next map comes after the last row", () => {
    expectPrior(priors, 4, [0.0375, 0.016667, 0.07, 0.07]);
    expectPrior(priors, 4 * 40, [0.0125, 0.05, 0.07, 0.07]);
    // The first cell of 15 × 20 after 1200 cells of four: ½/20, ½/15, and its sixth prior has ratio 1/3 of s = 0.15.
    expectPrior(priors, 4800, [0.025, 0.033333, 0.15, 0.15]);
    expectPrior(priors, 4805, [0.025, 0.033333, 0.086603, 0.259808]);
  });

  test("the last cell by hand, clipped to the picture", () => {
    // s = 0.87, √(0.87 · 1.05) = 0.955772, 0.87√2 = 1.230366, 0.87/√2 = 0.615183.
    expectPrior(priors, 7224, [0.5, 0.5, 0.87, 0.87]);
    expectPrior(priors, 7225, [0.5, 0.5, 0.955772, 0.955772]);
    expectPrior(priors, 7226, [0.5, 0.5, 1, 0.615183]);
    expectPrior(priors, 7227, [0.5, 0.5, 0.615183, 1]);
    expect(priors.boxes).toHaveLength(4 * 7228);
    expect(priors.boxes.every((value) => value > 0 && value <= 1)).toBe(true);
  });
});

test("a level without a second scale has one square", () => {
  const { count, perCell, boxes } = priorBoxes([{ height: 1, width: 2, scale: 0.2, ratios: [4] }]);
  expect([count, perCell]).toEqual([6, [3]]);
  expect([...boxes].map((value) => Number(value.toFixed(6)))).toEqual(
    [0.25, 0.75].flatMap((x) => [x, 0.5, 0.2, 0.2, x, 0.5, 0.4, 0.1, x, 0.5, 0.1, 0.4]),
  );
});

test("a level may list its sizes", () => {
  const priors = priorBoxes([{ height: 2, width: 1, sizes: [[0.3, 0.6]] }]);
  expectPrior(priors, 0, [0.5, 0.25, 0.3, 0.6]);
  expectPrior(priors, 1, [0.5, 0.75, 0.3, 0.6]);
});

test("the small detector has five priors a cell on three maps", () => {
  const { priors, maps } = smallSsd({ map: { height: 12, width: 16, channels: 48 }, classes: 12 });
  expect(priors.perCell).toEqual([5, 5, 5]);
  expect(priors.count).toBe(5 * (12 * 16 + 6 * 8 + 3 * 4));
  expect(maps.map(({ height, width, channels }) => [height, width, channels])).toEqual([
    [12, 16, 48],
    [6, 8, 48],
    [3, 4, 48],
  ]);
});

test.each<[PriorLevel[], RegExp]>([
  [[], /at least one level/],
  [[{ height: 0, width: 2, scale: 0.1, ratios: [] }], /level 0: the map is 0 × 2/],
  [[{ height: 1.5, width: 2, scale: 0.1, ratios: [] }], /level 0: the map is 1.5 × 2/],
  [[{ height: 1, width: 1, scale: Number.NaN, ratios: [] }], /level 0: a prior is NaN × NaN/],
  [[{ height: 1, width: 1, scale: 0.1, ratios: [0] }], /level 0: a prior is 0 × Infinity/],
  [[{ height: 1, width: 1, sizes: [] }], /level 0: there is no size/],
])("refuses %j", (levels, message) => {
  expect(() => priorBoxes(levels)).toThrow(message);
  expect(() => priorBoxes(levels)).toThrow(VisionRockError);
});
