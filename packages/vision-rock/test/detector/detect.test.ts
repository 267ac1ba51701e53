import { array, type NDArray } from "@outrigger/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Box, boxIou } from "../../src/box.ts";
import { type DetectOptions, detections } from "../../src/detector/detect.ts";
import { VisionRockError } from "../../src/error.ts";
import { decode } from "../../src/prior/codec.ts";
import { matchPriors } from "../../src/prior/match.ts";
import { priorBoxes } from "../../src/prior/prior-boxes.ts";

const size = { width: 200, height: 100 };
/** Four boxes of 50 × 50 side by side in a picture of 200 × 100. */
const row = priorBoxes([{ height: 1, width: 4, sizes: [[0.25, 0.5]] }]);

/** One picture; a prior is its offsets and its logits. */
const picture = (priors: readonly (readonly number[])[]): NDArray =>
  array(Float32Array.from(priors.flat()), [1, priors.length, priors[0]!.length]);

const detect = (output: NDArray, options: DetectOptions = {}) => detections(output, row, options, [size])[0]!;

/** Logits with the probabilities given; what is left is background. */
const logits = (...probabilities: readonly number[]): number[] =>
  [1 - probabilities.reduce((a, b) => a + b, 0), ...probabilities].map(Math.log);

const still = [0, 0, 0, 0];

describe("by hand", () => {
  test("boxes in pixels, the surest first, with the softmax's probability", () => {
    const output = picture([
      [...still, ...logits(0.3, 0.01)],
      [...still, ...logits(0.01, 0.01)],
      // Twice as wide: ln 2/0.2; moved by half of its width: 0.5/0.1.
      [5, 0, Math.log(2) / 0.2, 0, ...logits(0.04, 0.9)],
      [...still, ...logits(0.02, 0.02)],
    ]);
    const found = detect(output);
    expect(found.map(({ category }) => category)).toEqual([1, 0]);
    expect(found[0]!.score).toBeCloseTo(0.9, 6);
    expect(found[1]!.score).toBeCloseTo(0.3, 6);
    // The third prior's centre is 125, moved to 150; 100 wide: 100 … 200.
    [100, 25, 100, 50].forEach((value, k) => expect(found[0]!.box[k]).toBeCloseTo(value, 3));
    expect(found[1]!.box).toEqual([0, 25, 50, 50]);
  });

  test("a probability has to be above the threshold", () => {
    // Two logits of 0: exactly ½.
    const half = picture([[...still, 0, 0], ...new Array(3).fill([...still, 9, 0])]);
    expect(detect(half, { score: 0.5 })).toEqual([]);
    expect(detect(half, { score: 0.4999 })).toHaveLength(1);
    expect(detect(half, { score: 0 })).toHaveLength(4);
    expect(detect(half, { score: 1 })).toEqual([]);
  });

  test("one prior may be two things", () => {
    const output = picture([[...still, ...logits(0.4, 0.5)], ...new Array(3).fill([...still, 9, 0, 0])]);
    expect(detect(output).map(({ category, box }) => [category, box[0]])).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });

  test("overlaps are suppressed within a class only, and softly where that is asked for", () => {
    // The second box moved onto the first but for 10 pixels: IoU 40/60.
    const output = picture([
      [...still, ...logits(0.8, 0.01)],
      [-8, 0, 0, 0, ...logits(0.6, 0.01)],
      [...still, ...logits(0.01, 0.7)],
      [...still, ...logits(0.01, 0.01)],
    ]);
    expect(detect(output).map(({ score }) => score.toFixed(3))).toEqual(["0.800", "0.700"]);
    expect(detect(output, { iou: 0.7 }).map(({ score }) => score.toFixed(3))).toEqual([
      "0.800",
      "0.700",
      "0.600",
    ]);
    // 0.6 · (1 − 2/3), and 0.6 · exp(−(4/9)/0.5)
    expect(detect(output, { soft: "linear" })[2]!.score).toBeCloseTo(0.2, 5);
    expect(detect(output, { soft: "gaussian" })[2]!.score).toBeCloseTo(0.246667, 5);
    expect(detect(output, { soft: "gaussian", sigma: 0.1 })).toHaveLength(2);
    const other = picture([
      [...still, ...logits(0.8, 0.01)],
      [-8, 0, 0, 0, ...logits(0.01, 0.6)],
      ...new Array(2).fill([...still, 9, 0, 0]),
    ]);
    expect(detect(other)).toHaveLength(2);
  });

  test("boxes are cut to the picture, and those outside of it are none", () => {
    const sure = logits(0.9);
    const output = picture([
      // 25 pixels to the left, and up by 50: 0 … 25, 0 … 25.
      [-5, -10, 0, 0, ...sure],
      // 75 to the left: its right end is at 25; 100 down: outside.
      [0, 20, 0, 0, ...sure],
      [0, 0, 100, 100, ...sure],
      [0, 0, -1e4, 0, ...sure],
    ]);
    const boxes = detect(output, { iou: 1 }).map(({ box }) => box.map((value) => Math.round(value)));
    expect(boxes).toEqual([
      [0, 0, 25, 25],
      [0, 0, 200, 100],
    ]);
  });
});

test("what the matcher makes of boxes is found again", () => {
  const priors = priorBoxes([{ height: 6, width: 8, scale: 0.2, nextScale: 0.4, ratios: [2, 3] }]);
  const side = fc.integer({ min: 10, max: 60 });
  const box = fc
    .tuple(fc.nat({ max: 150 }), fc.nat({ max: 60 }), side, side)
    .map(([x, y, w, h]): Box => [x, y, Math.min(w, size.width - x), Math.min(h, size.height - y)]);
  const pair = fc.record({ box, category: fc.nat({ max: 2 }) });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 5 }), (objects) => {
      const apart = objects.every((a, i) => objects.every((b, j) => i === j || boxIou(a.box, b.box) < 0.25));
      fc.pre(apart);
      const boxes = objects.map((object) => object.box);
      const { classes, offsets } = matchPriors(
        priors,
        boxes,
        objects.map(({ category }) => category),
        size,
      );
      const output = Array.from(classes, (c, p) => [
        ...offsets.subarray(4 * p, 4 * p + 4),
        ...[0, 1, 2, 3].map((k) => (k === Math.max(c, 0) ? 12 : 0)),
      ]);
      const found = detections(picture(output), priors, {}, [size])[0]!;
      expect(found).toHaveLength(objects.length);
      for (const object of objects) {
        const same = found.filter(
          (one) => one.category === object.category && boxIou(one.box, object.box) > 0.999,
        );
        expect(same).toHaveLength(1);
      }
    }),
  );
});

describe("many boxes", () => {
  const priors = priorBoxes([{ height: 30, width: 40, scale: 0.02, ratios: [2] }]);
  const classes = 4;
  const batch = 2;
  const wave = (i: number): number => Math.sin(i * 12.9898) * 2;
  const output = array(
    Float32Array.from({ length: batch * priors.count * (5 + classes) }, (_, i) => wave(i)),
    [batch, priors.count, 5 + classes],
  );

  /** The definition without any short cut. */
  function reference(image: number, score: number, iou: number, perClass: number, perImage: number) {
    const all: { category: number; box: Box; score: number }[] = [];
    for (let category = 0; category < classes; category++) {
      const candidates = Array.from({ length: priors.count }, (_, p) => {
        const at = (image * priors.count + p) * (5 + classes);
        const powers = [...output.data.subarray(at + 4, at + 5 + classes)].map(Math.exp);
        const [cx, cy, w, h] = decode(priors, p, output.data as Float32Array, at);
        const left = Math.max(cx - w / 2, 0);
        const top = Math.max(cy - h / 2, 0);
        const right = Math.min(cx + w / 2, 1);
        const bottom = Math.min(cy + h / 2, 1);
        const box: Box = [left * 200, top * 100, (right - left) * 200, (bottom - top) * 100];
        return { category, box, score: powers[1 + category]! / powers.reduce((a, b) => a + b) };
      });
      const best = candidates
        .filter((one) => one.score > score)
        .sort((a, b) => b.score - a.score)
        .slice(0, perClass);
      const kept: typeof best = [];
      for (const one of best) if (kept.every((other) => boxIou(one.box, other.box) < iou)) kept.push(one);
      all.push(...kept);
    }
    return all.sort((a, b) => b.score - a.score).slice(0, perImage);
  }

  test.each([
    [{}, 0.05, 0.3, 200, 100],
    [{ score: 0.3, iou: 0.1 }, 0.3, 0.1, 200, 100],
    [{ perClass: 7, perImage: 1000 }, 0.05, 0.3, 7, 1000],
    [{ iou: 1, perImage: 1000 }, 0.05, 1, 200, 1000],
    [{ perImage: 3 }, 0.05, 0.3, 200, 3],
  ] as const)("%j", (options, score, iou, perClass, perImage) => {
    const found = detections(output, priors, options, [size, size]);
    for (let image = 0; image < batch; image++) {
      const expected = reference(image, score, iou, perClass, perImage);
      expect(found[image]!.map(({ category }) => category)).toEqual(expected.map(({ category }) => category));
      found[image]!.forEach((one, k) => {
        expect(one.score).toBeCloseTo(expected[k]!.score, 6);
        one.box.forEach((value, side) => expect(value).toBeCloseTo(expected[k]!.box[side]!, 3));
      });
    }
  });

  test("at most 200 a class enter and at most 100 a picture come out", () => {
    const [everything] = detections(output, priors, { score: 0, iou: 1, perImage: 10_000 }, [size]);
    const numbers = Array.from(
      { length: classes },
      (_, c) => everything!.filter(({ category }) => category === c).length,
    );
    // Boxes that lie outside of the picture, or equal another, are gone.
    for (const number of numbers) expect(number).toBeGreaterThan(150);
    for (const number of numbers) expect(number).toBeLessThanOrEqual(200);
    expect(detections(output, priors, { score: 0, iou: 1 }, [size])[0]).toHaveLength(100);
  });

  test("padding at the end of a batch is not looked at, and pictures have their own sizes", () => {
    const [one] = detections(output, priors, {}, [{ width: 400, height: 300 }]);
    const [first] = detections(output, priors, {}, [size, size]);
    expect(one!.map(({ box }) => box[0] / 2)).toEqual(first!.map(({ box }) => box[0]));
    expect(one!.map(({ box }) => box[3] / 3)[0]).toBeCloseTo(first![0]!.box[3], 9);
  });
});

describe("what is refused", () => {
  const fine = picture(new Array(4).fill([...still, 0, 1]));
  const changed = (at: number, value: number): NDArray => {
    const data = Float32Array.from(fine.data);
    data[at] = value;
    return array(data, fine.shape);
  };

  test.each([
    [{ score: -0.1 }, /score is -0.1/],
    [{ iou: Number.NaN }, /iou is NaN/],
    [{ sigma: 0 }, /sigma is 0/],
    [{ perClass: 0 }, /perClass is 0/],
    [{ perImage: 1.5 }, /perImage is 1.5/],
  ])("%j", (options, message) => {
    expect(() => detect(fine, options)).toThrow(message);
    expect(() => detect(fine, options)).toThrow(VisionRockError);
  });

  test("an output that is not of these priors or has fewer pictures", () => {
    expect(() => detect(picture(new Array(3).fill([...still, 0, 1])))).toThrow(
      /\[1, 3, 6\], not \[batch from 1, 4/,
    );
    expect(() => detections(fine, row, {}, [size, size])).toThrow(/not \[batch from 2, 4/);
    expect(() => detect(array(fine.data, [4, 6]))).toThrow(VisionRockError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%d among the logits or the offsets",
    (value) => {
      expect(() => detect(changed(4, value))).toThrow(/logits for picture 0 of the batch are not finite/);
      expect(() => detect(changed(5, value))).toThrow(/logits/);
      if (value !== Number.NEGATIVE_INFINITY) {
        expect(() => detect(changed(6, value))).toThrow(/offsets for picture 0 of the batch are not finite/);
      }
    },
  );
});
