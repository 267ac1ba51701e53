import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box } from "../../src/box.ts";
import { boxIou } from "../../src/box.ts";
import { vocAveragePrecision } from "../../src/evaluate/voc.ts";
import { annotation, detection, truthOf } from "./setup.ts";

const ten: Box = [0, 0, 10, 10];
const far = (i: number): Box => [100 + 20 * i, 0, 10, 10];

describe("VOC average precision", () => {
  it("follows hits and false alarms as computed by hand", () => {
    // Hit, false alarm, hit of three boxes: recall 1/3, 1/3, 2/3; interpolated precision 1, 2/3, 2/3.
    const truth = truthOf([annotation(ten), annotation(far(1)), annotation(far(2))]);
    const found = [detection(ten, 0.9), detection(far(7), 0.8), detection(far(1), 0.7)];
    expect(vocAveragePrecision(truth, found).mAP).toBeCloseTo(1 / 3 + (1 / 3) * (2 / 3), 12);
    // Levels 0 … 0.3 at precision 1, 0.4 … 0.6 at 2/3, the rest at 0.
    expect(vocAveragePrecision(truth, found, { points: "11" }).mAP).toBeCloseTo((4 + 3 * (2 / 3)) / 11, 12);
  });

  it("the second detection of a box is a false alarm even when another box is free", () => {
    // COCO would give the second detection the other box; VOC looks at the best overlap alone.
    const truth = truthOf([annotation(ten), annotation([0, 0, 10, 12])]);
    const found = [detection(ten, 0.9), detection(ten, 0.8)];
    expect(vocAveragePrecision(truth, found).mAP).toBeCloseTo(0.5, 12);
  });

  it("what falls on a difficult box counts neither way", () => {
    const truth = truthOf([annotation(ten, { iscrowd: 1 }), annotation(far(1))]);
    const found = [detection(ten, 0.9), detection(ten, 0.8), detection(far(1), 0.7)];
    expect(vocAveragePrecision(truth, found).mAP).toBeCloseTo(1, 12);
  });

  it("gives each category its number, null without boxes, and leaves null out of the mean", () => {
    const truth = truthOf([annotation(ten)]);
    const { mAP, categories } = vocAveragePrecision(truth, [
      detection(ten, 0.9),
      detection(ten, 0.9, { category_id: 2 }),
    ]);
    expect(mAP).toBe(1);
    expect(categories.map(({ AP }) => AP)).toEqual([1, null]);
  });

  it("an overlap of exactly the threshold counts, less does not", () => {
    const truth = truthOf([annotation(ten)]);
    expect(vocAveragePrecision(truth, [detection([0, 0, 5, 10], 0.9)]).mAP).toBe(1);
    expect(vocAveragePrecision(truth, [detection([0, 0, 4.99, 10], 0.9)]).mAP).toBe(0);
  });

  it("recalls of k / 10 reach their level", () => {
    const truth = truthOf(Array.from({ length: 10 }, (_, i) => annotation(far(i))));
    for (let k = 1; k <= 10; k++) {
      const found = Array.from({ length: k }, (_, i) => detection(far(i), 1 - i / 20));
      expect(vocAveragePrecision(truth, found, { points: "11" }).mAP).toBeCloseTo((k + 1) / 11, 12);
    }
  });

  it("refuses an IoU outside (0, 1]", () => {
    for (const iou of [0, 1.1, Number.NaN]) {
      expect(() => vocAveragePrecision(truthOf([]), [], { iou })).toThrowError(/IoU/);
    }
  });
});

describe("intersection over union", () => {
  const box = fc
    .tuple(...[0, 0, 1, 1].map((min) => fc.integer({ min, max: 20 })))
    .map((values) => values as unknown as Box);
  /** Counts unit cells. */
  const counted = (a: Box, b: Box): number => {
    const inside = ([x, y, w, h]: Box, i: number, j: number): boolean =>
      i >= x && i < x + w && j >= y && j < y + h;
    let both = 0;
    let either = 0;
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 40; j++) {
        if (inside(a, i, j) && inside(b, i, j)) both++;
        if (inside(a, i, j) || inside(b, i, j)) either++;
      }
    }
    return both / either;
  };
  it("is the share of common cells on a grid", () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(boxIou(a, b)).toBeCloseTo(counted(a, b), 12);
      }),
      { numRuns: 50 },
    );
  });
});
