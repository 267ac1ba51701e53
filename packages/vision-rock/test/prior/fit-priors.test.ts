import fc from "fast-check";
import { expect, test } from "vitest";
import { VisionRockError } from "../../src/error.ts";
import { fitPriors } from "../../src/prior/fit-priors.ts";

type Size = readonly [number, number];

const iou = ([a, b]: Size, [c, d]: Size): number => {
  const shared = Math.min(a, c) * Math.min(b, d);
  return shared / (a * b + c * d - shared);
};

test("separate groups are found", () => {
  const around = ([w, h]: Size): Size[] =>
    [0.98, 1, 1.02].flatMap((f) => [0.98, 1, 1.02].map((g) => [w * f, h * g] as const));
  const boxes = [...around([0.1, 0.1]), ...around([0.2, 0.4]), ...around([0.4, 0.2]), ...around([0.8, 0.8])];
  const { priors, meanIou } = fitPriors(boxes, 4);
  const found = priors
    .map(({ width, height, share }) => [width, height, share])
    .sort((a, b) => a[0]! - b[0]!);
  [
    [0.1, 0.1],
    [0.2, 0.4],
    [0.4, 0.2],
    [0.8, 0.8],
  ].forEach(([w, h], c) => {
    expect(found[c]![0]).toBeCloseTo(w!, 10);
    expect(found[c]![1]).toBeCloseTo(h!, 10);
    expect(found[c]![2]).toBe(0.25);
  });
  expect(meanIou).toBeGreaterThan(0.96);
  const oblong = priors.filter(({ ratio }) => ratio > 1.5);
  expect(oblong).toHaveLength(1);
  expect(oblong[0]!.ratio).toBeCloseTo(2, 10);
  expect(oblong[0]!.scale).toBeCloseTo(Math.sqrt(0.08), 10);
});

test("one prior a box fits all of them exactly", () => {
  const boxes: Size[] = [
    [1, 2],
    [3, 5],
    [40, 10],
  ];
  expect(fitPriors(boxes, 3)).toMatchObject({ meanIou: 1 });
});

test("what is said of the priors holds, and no box order matters", () => {
  const side = fc.integer({ min: 1, max: 40 }).map((value) => value / 40);
  const boxes = fc.uniqueArray(fc.tuple(side, side), {
    minLength: 6,
    maxLength: 25,
    selector: ([w, h]) => w * h,
  });
  fc.assert(
    fc.property(boxes, fc.integer({ min: 1, max: 6 }), (some, k) => {
      const { priors, meanIou } = fitPriors(some, k);
      const best = some.map((b) => Math.max(...priors.map(({ width, height }) => iou(b, [width, height]))));
      expect(meanIou).toBeCloseTo(best.reduce((a, b) => a + b) / some.length, 10);
      expect(priors.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
      expect(fitPriors([...some].reverse(), k).meanIou).toBeCloseTo(meanIou, 10);
    }),
  );
});

test("more priors than boxes and sizes that are none are refused", () => {
  expect(() => fitPriors([[1, 1]], 2)).toThrow(/k is 2 for 1 boxes/);
  expect(() => fitPriors([[1, 1]], 0)).toThrow(VisionRockError);
  expect(() =>
    fitPriors(
      [
        [1, 1],
        [0, 1],
      ],
      1,
    ),
  ).toThrow(/box 1 is 0 × 1/);
});
