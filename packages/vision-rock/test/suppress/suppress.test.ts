import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, boxIou } from "../../src/box.ts";
import { greedyNms } from "../../src/suppress/greedy-nms.ts";
import { descending } from "../../src/suppress/order.ts";
import { softNms } from "../../src/suppress/soft-nms.ts";

interface Scored {
  readonly box: Box;
  readonly score: number;
}

const rows = (some: readonly Scored[]): Float64Array => Float64Array.from(some.flatMap(({ box }) => box));
const scoresOf = (some: readonly Scored[]): number[] => some.map(({ score }) => score);

/** The definition, step by step: take the best of what is left and drop what overlaps it. */
function dropOverlaps(some: readonly Scored[], iou: number): number[] {
  const kept: number[] = [];
  let left = [...some.keys()];
  while (left.length > 0) {
    const most = Math.max(...left.map((i) => some[i]!.score));
    const best = left.find((i) => some[i]!.score === most)!;
    kept.push(best);
    left = left.filter((i) => i !== best && boxIou(some[i]!.box, some[best]!.box) < iou);
  }
  return kept;
}

/** The same, lowering scores. */
function lowerOverlaps(some: readonly Scored[], factor: (iou: number) => number, floor: number): Scored[] {
  const kept: Scored[] = [];
  let left = some.filter(({ score }) => score > floor);
  while (left.length > 0) {
    const most = Math.max(...left.map(({ score }) => score));
    const best = left.find(({ score }) => score === most)!;
    kept.push(best);
    left = left
      .filter((one) => one !== best)
      .map(({ box, score }) => ({ box, score: score * factor(boxIou(box, best.box)) }))
      .filter(({ score }) => score > floor);
  }
  return kept;
}

const side = fc.integer({ min: 1, max: 12 });
const scored = fc.record({
  box: fc.tuple(side, side, side, side),
  // Few levels, so that scores tie.
  score: fc.integer({ min: 1, max: 8 }).map((level) => level / 8),
});
const some = fc.array(scored, { maxLength: 30 });
const threshold = fc.constantFrom(0, 0.1, 0.3, 1 / 3, 0.5, 0.9, 1);

test("the greatest scores are those that a whole sort has first", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 45 }), (values, most) => {
      const all = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
      expect([...descending(values)]).toEqual(all);
      expect([...descending(values, most)]).toEqual(all.slice(0, most));
    }),
  );
});

describe("greedy", () => {
  test("is its definition", () => {
    fc.assert(
      fc.property(some, threshold, (boxes, iou) => {
        expect(greedyNms(rows(boxes), scoresOf(boxes), iou)).toEqual(dropOverlaps(boxes, iou));
      }),
      { numRuns: 500 },
    );
  });

  test("keeps what is below the threshold, not what is at it", () => {
    // IoU exactly ½: 10 × 10 and its left half.
    const halves = Float64Array.of(0, 0, 10, 10, 0, 0, 5, 10);
    expect(greedyNms(halves, [0.9, 0.8], 0.5)).toEqual([0]);
    expect(greedyNms(halves, [0.9, 0.8], 0.5 + 1e-9)).toEqual([0, 1]);
    expect(greedyNms(halves, [0.8, 0.9], 0.5)).toEqual([1]);
  });

  test("a box that was dropped drops nothing", () => {
    // Each overlaps the next with IoU 6/14, the first and the last with 2/18.
    const chain = Float64Array.of(0, 0, 10, 1, 4, 0, 10, 1, 8, 0, 10, 1);
    expect(greedyNms(chain, [0.9, 0.8, 0.7], 0.4)).toEqual([0, 2]);
  });

  test("nothing of nothing", () => {
    expect(greedyNms(new Float64Array(0), [], 0.5)).toEqual([]);
  });
});

describe("soft", () => {
  const decays = {
    linear: (iou: number) => (o: number) => (o >= iou ? 1 - o : 1),
    gaussian: (sigma: number) => (o: number) => Math.exp(-(o * o) / sigma),
  };

  test.each([
    ["linear", { iou: 0.3 }, decays.linear(0.3)],
    ["linear", { iou: 0 }, decays.linear(0)],
    ["gaussian", { sigma: 0.5 }, decays.gaussian(0.5)],
    ["gaussian", { sigma: 0.05 }, decays.gaussian(0.05)],
  ] as const)("%s with %j is its definition", (decay, options, factor) => {
    fc.assert(
      fc.property(some, fc.constantFrom(0, 0.05, 0.3), (boxes, score) => {
        const found = softNms(rows(boxes), scoresOf(boxes), { decay, score, ...options });
        const expected = lowerOverlaps(boxes, factor, score);
        expect(found).toHaveLength(expected.length);
        found.forEach((one, k) => {
          expect(one.score).toBeCloseTo(expected[k]!.score, 12);
          expect(boxes[one.index]!.box).toEqual(expected[k]!.box);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("by hand: half of a box is half as sure, or exp(−¼/σ) as sure", () => {
    const halves = Float64Array.of(0, 0, 10, 10, 0, 0, 5, 10);
    const linear = softNms(halves, [0.9, 0.8], { decay: "linear" });
    expect(linear).toEqual([
      { index: 0, score: 0.9 },
      { index: 1, score: 0.4 },
    ]);
    const gaussian = softNms(halves, [0.9, 0.8], { decay: "gaussian", sigma: 0.5 });
    // 0.8 · exp(−0.25/0.5) = 0.485225
    expect(gaussian[1]!.score).toBeCloseTo(0.485225, 6);
    expect(softNms(halves, [0.9, 0.8], { decay: "linear", score: 0.4 })).toHaveLength(1);
    expect(softNms(halves, [0.9, 0.8], { decay: "linear", iou: 0.6 })[1]!.score).toBe(0.8);
  });
});
