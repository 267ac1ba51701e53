import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Box } from "../../src/box.ts";
import type { Detection, GroundTruth } from "../../src/evaluate/coco-json.ts";
import { evaluate } from "../../src/evaluate/evaluate.ts";
import {
  averagePrecision,
  averageRecall,
  categoryTable,
  cocoSummary,
  precisionRecallCurve,
} from "../../src/evaluate/summary.ts";
import { annotation, detection, truthOf } from "./setup.ts";

const summary = (truth: GroundTruth, found: readonly Detection[]) => cocoSummary(evaluate(truth, found));
const ten: Box = [0, 0, 10, 10];

describe("cases computed by hand", () => {
  it("an IoU of 0.8 is a hit at seven of the ten thresholds", () => {
    const { AP, AP50, AP75, AR100 } = summary(truthOf([annotation(ten)]), [detection([0, 0, 8, 10], 0.9)]);
    expect(AP).toBeCloseTo(0.7, 12);
    expect(AP50).toBeCloseTo(1, 12);
    expect(AP75).toBeCloseTo(1, 12);
    expect(AR100).toBeCloseTo(0.7, 12);
  });

  it("a false alarm before the hit halves the precision at every recall", () => {
    const found = [detection([50, 50, 10, 10], 0.9), detection(ten, 0.8)];
    expect(summary(truthOf([annotation(ten)]), found).AP).toBeCloseTo(0.5, 12);
  });

  it("one hit of two gives precision 1 at the 51 levels up to recall 0.5", () => {
    const truth = truthOf([annotation(ten), annotation([50, 50, 10, 10])]);
    expect(summary(truth, [detection(ten, 0.9)]).AP).toBeCloseTo(51 / 101, 12);
  });

  it("the second detection of one box is a false alarm, but not of a crowd", () => {
    const twice = [detection(ten, 0.9), detection(ten, 0.8), detection([50, 0, 10, 10], 0.7)];
    const other = annotation([50, 0, 10, 10]);
    const plain = summary(truthOf([annotation(ten), other]), twice);
    // Recall 0.5 at precision 1, recall 1 at precision 2/3.
    expect(plain.AP).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
    expect(summary(truthOf([annotation(ten, { iscrowd: 1 }), other]), twice).AP).toBeCloseTo(1, 12);
  });

  it("in a crowd only the detection's own area counts", () => {
    const crowd = annotation([0, 0, 100, 100], { iscrowd: 1 });
    const truth = truthOf([crowd, annotation([200, 0, 10, 10])]);
    const found = [detection([10, 10, 5, 5], 0.9), detection([200, 0, 10, 10], 0.8)];
    expect(summary(truth, found).AP).toBeCloseTo(1, 12);
  });

  it("a box that counts is preferred to a crowd with a larger overlap", () => {
    const truth = truthOf([annotation([0, 0, 20, 20], { iscrowd: 1 }), annotation(ten)]);
    const { AP50, AR100 } = summary(truth, [detection([0, 0, 8, 10], 0.9)]);
    expect(AP50).toBeCloseTo(1, 12);
    expect(AR100).toBeCloseTo(0.7, 12);
  });

  it("a box of 32 × 32 is both small and medium, one of 33 × 33 only medium", () => {
    const both = annotation([0, 0, 32, 32]);
    const medium = annotation([100, 0, 33, 33]);
    const found = [detection(both.bbox, 0.9)];
    const { APsmall, APmedium, APlarge } = summary(truthOf([both, medium]), found);
    expect(APsmall).toBeCloseTo(1, 12);
    expect(APmedium).toBeCloseTo(51 / 101, 12);
    expect(APlarge).toBeNull();
  });

  it("a false alarm is none in the buckets of other sizes", () => {
    const truth = truthOf([annotation(ten)]);
    const found = [detection([100, 100, 200, 200], 0.9), detection(ten, 0.8)];
    const { AP, APsmall } = summary(truth, found);
    expect(AP).toBeCloseTo(0.5, 12);
    expect(APsmall).toBeCloseTo(1, 12);
  });

  it("the annotation's area decides its bucket, not its box", () => {
    const truth = truthOf([annotation([0, 0, 40, 40], { area: 900 })]);
    const { APsmall, APmedium } = summary(truth, [detection([0, 0, 40, 40], 0.9)]);
    expect(APsmall).toBeCloseTo(1, 12);
    expect(APmedium).toBeNull();
  });

  it("recall at one and at ten detections looks at the best of each image", () => {
    const truth = truthOf([annotation(ten), annotation([50, 0, 10, 10]), annotation(ten, { image_id: 2 })]);
    const found = [
      detection(ten, 0.5),
      detection([50, 0, 10, 10], 0.6),
      detection(ten, 0.1, { image_id: 2 }),
    ];
    const { AR1, AR10 } = summary(truth, found);
    expect(AR1).toBeCloseTo(2 / 3, 12);
    expect(AR10).toBeCloseTo(1, 12);
  });

  it("the detection after the hundredth of an image and category is not seen", () => {
    const far = (i: number): Detection => detection([1000 + 20 * i, 0, 10, 10], 0.9);
    const found = [...Array.from({ length: 100 }, (_, i) => far(i)), detection(ten, 0.1)];
    expect(summary(truthOf([annotation(ten)]), found).AR100).toBe(0);
    expect(summary(truthOf([annotation(ten)]), found.slice(1)).AR100).toBe(1);
  });

  it("without anything to find there is no number, without any detection it is 0", () => {
    const nothing = summary(truthOf([]), [detection(ten, 0.9)]);
    expect(Object.values(nothing).every((value) => value === null)).toBe(true);
    const { AP, AR100 } = summary(truthOf([annotation(ten)]), []);
    expect([AP, AR100]).toEqual([0, 0]);
  });

  it("a category without boxes takes no part in the mean", () => {
    const truth = truthOf([annotation(ten)]);
    const found = [detection(ten, 0.9), detection(ten, 0.9, { category_id: 2 })];
    const evaluation = evaluate(truth, found);
    expect(averagePrecision(evaluation)).toBeCloseTo(1, 12);
    expect(categoryTable(evaluation)).toMatchObject([
      { name: "c1", truths: 1, detections: 1, byArea: { large: null } },
      { name: "c2", truths: 0, detections: 1, AP: null, AR: null },
    ]);
  });

  it("buckets of one's own are evaluated under their names", () => {
    const truth = truthOf([annotation([0, 0, 4, 4]), annotation([50, 0, 20, 20])]);
    const evaluation = evaluate(truth, [detection([50, 0, 20, 20], 0.9)], {
      areas: { tiny: [0, 64], rest: [64, 1e10] },
    });
    expect(averageRecall(evaluation, { area: "tiny" })).toBe(0);
    expect(averageRecall(evaluation, { area: "rest" })).toBe(1);
    expect(categoryTable(evaluation)[0]!.byArea["rest"]).toBeCloseTo(1, 12);
  });

  it("a curve falls to 0 beyond the recall that is reached", () => {
    const truth = truthOf([annotation(ten), annotation([50, 0, 10, 10])]);
    const evaluation = evaluate(truth, [detection([90, 0, 10, 10], 0.9), detection(ten, 0.25)]);
    const curve = precisionRecallCurve(evaluation, { category: 1, iou: 0.5 })!;
    expect(curve.precision[50]).toBeCloseTo(0.5, 12);
    expect(curve.score[50]).toBe(0.25);
    expect([curve.precision[51], curve.score[51]]).toEqual([0, null]);
    expect(precisionRecallCurve(evaluation, { category: 2, iou: 0.5 })).toBeUndefined();
  });
});

/** Scenes of up to four images and three categories on a coarse grid, so that boxes overlap and sizes differ. */
const box = fc
  .tuple(
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 0, max: 12 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
  )
  .map(([x, y, width, height]): Box => [10 * x, 10 * y, 12 * width, 12 * height]);
const place = { image_id: fc.integer({ min: 1, max: 4 }), category_id: fc.integer({ min: 1, max: 3 }) };
const scene = fc
  .record({
    truths: fc.array(fc.record({ ...place, bbox: box, iscrowd: fc.constantFrom(0, 0, 0, 1) }), {
      maxLength: 12,
    }),
    boxes: fc.array(fc.record({ ...place, bbox: box }), { maxLength: 16 }),
    seed: fc.integer(),
  })
  .map(({ truths, boxes, seed }) => ({
    truth: truthOf(
      truths.map(({ bbox, ...rest }) => annotation(bbox, rest as Partial<ReturnType<typeof annotation>>)),
      4,
      3,
    ),
    found: boxes.map(({ bbox, ...rest }, i) => detection(bbox, (i + 1) / 20, rest)),
    seed,
  }));

const shuffled = <T>(rows: readonly T[], seed: number): T[] =>
  rows
    .map((row, i) => ({ row, key: Math.imul(i + 1, seed | 1) ^ (seed >> 3) }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);

const close = (a: object, b: object): void => {
  const values = Object.values(b);
  for (const [i, value] of Object.values(a).entries()) {
    if (value === null) expect(values[i]).toBeNull();
    else expect(value).toBeCloseTo(values[i], 10);
  }
};

describe("properties", () => {
  it("the order of images, categories, boxes and detections with distinct scores does not matter", () => {
    fc.assert(
      fc.property(scene, ({ truth, found, seed }) => {
        const other = {
          images: shuffled(truth.images, seed),
          categories: shuffled(truth.categories, seed),
          annotations: truth.annotations,
        };
        close(summary(other, shuffled(found, seed)), summary(truth, found));
      }),
      { numRuns: 50 },
    );
  });

  it("names of images and categories do not matter while images keep their order", () => {
    fc.assert(
      fc.property(scene, ({ truth, found }) => {
        const rename = <T extends { image_id: number; category_id: number }>(row: T): T => ({
          ...row,
          image_id: 7 * row.image_id + 3,
          category_id: 90 - row.category_id,
        });
        const other: GroundTruth = {
          images: truth.images.map(({ id }) => ({ id: 7 * id + 3 })),
          categories: truth.categories.map(({ id, name }) => ({ id: 90 - id, name })),
          annotations: truth.annotations.map(rename),
        };
        close(summary(other, found.map(rename)), summary(truth, found));
      }),
      { numRuns: 50 },
    );
  });

  it("only the order of scores matters", () => {
    fc.assert(
      fc.property(scene, ({ truth, found }) => {
        close(
          summary(
            truth,
            found.map((row) => ({ ...row, score: row.score ** 3 - 5 })),
          ),
          summary(truth, found),
        );
      }),
      { numRuns: 50 },
    );
  });

  it("a detector that reports exactly the truth has 1 wherever something is to be found", () => {
    fc.assert(
      fc.property(scene, ({ truth }) => {
        const sure = truth.annotations.filter(({ iscrowd }) => iscrowd === 0);
        const perfect = sure.map(({ bbox, image_id, category_id }, i) => ({
          bbox,
          image_id,
          category_id,
          score: 1 + i,
        }));
        const { AP, AR100 } = summary(truthOf(sure, 4, 3), perfect);
        if (sure.length === 0) expect(AP).toBeNull();
        else expect([AP, AR100].map((value) => Math.abs(value! - 1) < 1e-12)).toEqual([true, true]);
      }),
      { numRuns: 50 },
    );
  });

  it("a false alarm with the lowest score changes nothing, and none raises a number", () => {
    fc.assert(
      fc.property(scene, fc.integer({ min: 1, max: 3 }), ({ truth, found }, category) => {
        const before = summary(truth, found);
        const alarm = (score: number): Detection =>
          detection([900, 900, 20, 20], score, { image_id: 2, category_id: category });
        close(summary(truth, [...found, alarm(-1)]), before);
        const after = Object.values(summary(truth, [...found, alarm(9)]));
        for (const [i, value] of Object.values(before).entries()) {
          if (value !== null) expect(after[i]).toBeLessThanOrEqual(value + 1e-12);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("numbers lie in 0 … 1 and fall with the threshold", () => {
    fc.assert(
      fc.property(scene, ({ truth, found }) => {
        const { AP, AP50, AP75, AR1, AR10, AR100 } = summary(truth, found);
        if (AP === null) return;
        expect(AP50).toBeGreaterThanOrEqual(AP75!);
        expect(AP50).toBeGreaterThanOrEqual(AP - 1e-12);
        expect(AR100).toBeGreaterThanOrEqual(AR10!);
        expect(AR10).toBeGreaterThanOrEqual(AR1!);
        for (const value of [AP, AP50, AR100]) expect(value! >= 0 && value! <= 1 + 1e-12).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe("options", () => {
  const truth = truthOf([annotation(ten)]);
  it.each([
    { iouThresholds: [0.5, 0.4] },
    { iouThresholds: [0] },
    { iouThresholds: [] },
    { maxDetections: [0] },
    { maxDetections: [10, 1] },
    { areas: { wrong: [9, 1] as const } },
  ])("%o is refused", (options) => {
    expect(() => evaluate(truth, [], options)).toThrowError(expect.objectContaining({ code: "bad-option" }));
  });

  it("what was not evaluated cannot be selected", () => {
    const evaluation = evaluate(truth, [], { iouThresholds: [0.5] });
    for (const selection of [{ iou: 0.55 }, { area: "huge" }, { maxDetections: 5 }, { category: 9 }]) {
      expect(() => averagePrecision(evaluation, selection)).toThrowError(
        expect.objectContaining({ code: "bad-option" }),
      );
    }
  });
});
