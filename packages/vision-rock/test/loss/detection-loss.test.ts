import { array, compile, gradients, type NDArray } from "@outrigger/core";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DetectionBatch } from "../../src/batch/detection-batch.ts";
import { VisionRockError } from "../../src/error.ts";
import { type DetectionTaskOptions, detectionTask } from "../../src/loss/detection-loss.ts";
import torch from "../fixtures/detection-losses.json" with { type: "json" };
import { type LossOptions, lossOf } from "./setup.ts";

const KINDS = ["mined", "all", "focal"] as const;

describe("one picture by hand", () => {
  // Offsets of the matched prior miss by 1, ½, 0 and −3: smooth L1 is ½ + ⅛ + 0 + 2½ = 3.125, times 6 = 18.75.
  // One class, logits (background, class). The matched prior has (0, 1): −ln p = ln(1 + e⁻¹) = 0.313262.
  // Background priors have (0, d), d = −1, 3, 0, 2, 1: −ln p = ln(1 + e^d) = 0.313262, 3.048587, 0.693147, 2.126928, 1.313262.
  // The prior that does not count comes last, and is far off.
  const priors = [
    [1, 0.5, 0, -3, 0, 1],
    ...[-1, 3, 0, 2, 1].map((d) => [9, 9, 9, 9, 0, d]),
    [7, 7, 7, 7, 50, -50],
  ];
  const classes = [1, 0, 0, 0, 0, 0, -1];

  const cases: readonly (readonly [string, LossOptions, number])[] = [
    // 0.313262 + the three hardest, 3.048587 + 2.126928 + 1.313262
    ["mined", {}, 6.802039],
    // 0.313262 + the hardest
    ["mined, ratio 1", { ratio: 1 }, 3.361849],
    // 0.313262 + 5 · (0.313262 + 3.048587 + 0.693147 + 2.126928 + 1.313262)/5
    ["all", { negatives: "all" }, 7.808448],
    // 0.313262 + 2 · 7.495186/5
    ["all, ratio 2", { negatives: "all", ratio: 2 }, 3.311336],
    // With 1 − p = 1/(1 + e) = 0.268941 for the match and e^d/(1 + e^d) = 0.268941, 0.952574, ½, 0.880797, 0.731059 for background:
    // ¼ · 0.072329 · 0.313262 + ¾ · (0.072329 · 0.313262 + 0.907397 · 3.048587 + ¼ · 0.693147 + 0.775803 · 2.126928 + 0.534447 · 1.313262)
    ["focal", { negatives: "focal" }, 3.991293],
    // γ = 0 and α = ½ is half of the cross-entropy of all: ½ · (0.313262 + 7.495186)
    ["focal, γ = 0, α = ½", { negatives: "focal", gamma: 0, alpha: 0.5 }, 3.904224],
  ];

  test.each(cases)("%s", async (_, options, confidence) => {
    const { values } = await lossOf([1, 7, 6], options)(priors.flat(), classes);
    expect(values[0]).toBeCloseTo(confidence + 18.75, 4);
    const three = await lossOf([1, 7, 6], { ...options, localization: 3 })(priors.flat(), classes);
    expect(three.values[0]).toBeCloseTo(confidence + 9.375, 4);
  });

  test("both parts are divided by the number of matched priors", async () => {
    const twice = [priors[0]!, priors[0]!, ...priors.slice(1)];
    const { values } = await lossOf([1, 8, 6])(twice.flat(), [1, ...classes]);
    // Two matched priors and, for them, all five background ones: (2 · 0.313262 + 7.495186)/2 + 6 · 3.125
    expect(values[0]).toBeCloseTo(4.060855 + 18.75, 4);
  });

  test("the target is what offsets are measured from", async () => {
    const offsets = priors.flatMap((_, p) => (p === 0 ? [1, 0.5, 0, -3] : [0, 0, 0, 0]));
    const { values } = await lossOf([1, 7, 6])(priors.flat(), classes, offsets);
    expect(values[0]).toBeCloseTo(6.802039, 4);
  });
});

describe("against PyTorch", () => {
  const [pictures, count, width] = [3, 40, 9];
  /** The inputs of bench/peers/detection_losses.py. */
  const wave = (size: number, amplitude: number, rate: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => amplitude * Math.sin(1 + rate * i));
  const classes = new Float32Array(pictures * count);
  classes.set([1, -1], 3);
  classes.set([4, -1], 17);
  classes.set([2, -1, -1], 29);
  classes[count] = -1;
  classes[2 * count - 1] = -1;
  for (let p = 0; p < 25; p++) classes[2 * count + p] = (p % 4) + 1;

  test.each(KINDS)("%s: values, and gradients of every picture", async (negatives) => {
    const size = pictures * count * width;
    const { values, slope } = await lossOf([pictures, count, width], { negatives })(
      wave(size, 3, 1.7),
      classes,
      wave(pictures * count * 4, 1.5, 2.3),
    );
    const weights = wave(size, 1, 0.9);
    const expected = torch.losses[negatives];
    for (let i = 0; i < pictures; i++) {
      expect(values[i]! / expected.values[i]!).toBeCloseTo(1, 5);
      const [from, to] = [i * count * width, (i + 1) * count * width];
      const own = [...slope.data.subarray(from, to)];
      expect(Math.hypot(...own)).toBeCloseTo(expected.slopeNorms[i]!, 4);
      const projection = own.reduce((sum, value, k) => sum + value * weights[from + k]!, 0);
      expect(projection).toBeCloseTo(expected.slopeProjections[i]!, 4);
    }
  });
});

describe("hard-negative mining", () => {
  test("is the sum over the hardest, whatever priors are matched or left out", async () => {
    const graph = lossOf([1, 30, 7], { localization: 0 });
    const prior = fc.tuple(
      fc.constantFrom(-1, 0, 0, 0, 0, 0, 1, 2),
      ...[0, 1, 2].map(() => fc.integer({ min: -60, max: 60 })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(prior, { minLength: 30, maxLength: 30 }), async (priors) => {
        const logits = priors.map(([, ...l]) => l.map((value) => value / 10));
        const classes = priors.map(([c]) => c);
        const { values } = await graph(
          logits.flatMap((l) => [0, 0, 0, 0, ...l]),
          classes,
        );
        const entropy = logits.map(
          (l, p) =>
            Math.log(l.reduce((sum, value) => sum + Math.exp(value), 0)) - l[Math.max(classes[p]!, 0)]!,
        );
        const of = (wanted: (c: number) => boolean): number[] =>
          entropy.filter((_, p) => wanted(classes[p]!));
        const matched = of((c) => c > 0);
        const n = Math.max(1, matched.length);
        const hardest = of((c) => c === 0)
          .sort((a, b) => b - a)
          .slice(0, 3 * n);
        const sum = [...matched, ...hardest].reduce((a, b) => a + b, 0);
        expect(values[0]).toBeCloseTo(sum / n, 3);
      }),
      { numRuns: 60 },
    );
  });

  test("takes three and no more where all are equally hard", async () => {
    const { values, slope } = await lossOf([1, 20, 8])(new Float32Array(160), [
      0,
      0,
      2,
      ...new Array(17).fill(0),
    ]);
    expect(values[0]).toBeCloseTo(4 * Math.log(4), 5);
    const moved = Array.from({ length: 20 }, (_, p) =>
      slope.data.subarray(8 * p, 8 * p + 8).some((value) => value !== 0),
    );
    expect(moved.map(Number)).toEqual([1, 1, 1, 1, ...new Array(16).fill(0)]);
  });
});

describe.each(KINDS)("%s", (negatives) => {
  const loss = lossOf([1, 4, 7], { negatives });
  const random = (size: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => 2 * Math.sin(i * i + 0.3));

  test("a picture without boxes teaches background and moves no offset", async () => {
    const { values, slope } = await lossOf([2, 10, 7], { negatives })(random(140), [
      ...new Array(10).fill(0),
      ...new Array(9).fill(0),
      1,
    ]);
    expect(values[0]).toBeGreaterThan(0);
    expect(slope.data.every(Number.isFinite)).toBe(true);
    for (let p = 0; p < 10; p++) {
      const own = slope.data.subarray(7 * p, 7 * p + 7);
      expect([...own.subarray(0, 4)].every((value) => value === 0)).toBe(true);
      // Background goes up where it moves at all.
      expect(own[4]).toBeLessThanOrEqual(0);
    }
  });

  test.each([
    ["all are matched", [1, 2, 1, 2]],
    ["none counts", [-1, -1, -1, -1]],
    ["none is background", [1, -1, 2, -1]],
    ["all are background", [0, 0, 0, 0]],
  ])("values and gradients are finite where %s", async (_, classes) => {
    for (const scale of [0, 1, 1e4]) {
      const output = random(28).map((value) => scale * value);
      const { values, slope } = await loss(output, classes);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(slope.data.every(Number.isFinite)).toBe(true);
      if (classes.every((c) => c === -1)) expect(values).toEqual([0]);
    }
  });

  test("a prior that does not count gets no gradient", async () => {
    const { slope } = await loss(random(28), [1, -1, 0, 0]);
    expect([...slope.data.subarray(7, 14)].every((value) => value === 0)).toBe(true);
    expect([...slope.data.subarray(0, 7)].every((value) => value !== 0)).toBe(true);
  });

  test("what is found exactly and surely costs nothing", async () => {
    const found = [0, 0, 0, 0, -40, 40, -40];
    const nothing = [0, 0, 0, 0, 40, -40, -40];
    const { values } = await loss([found, nothing, nothing, nothing].flat(), [1, 0, 0, 0]);
    expect(values[0]).toBeCloseTo(0, 6);
  });

  test("a class that is none makes the loss NaN", async () => {
    const { values } = await loss(random(28), [3, 0, 0, 0]);
    expect(values).toEqual([Number.NaN]);
  });
});

test("the mask is that of the detection, and what it leaves out has finite values", async () => {
  const task = detectionTask({ priors: { count: 2 }, classes: 1 });
  const graph = compile((output: Tensor, classes: Tensor, offsets: Tensor, detection: Tensor) => {
    const batch = { classes, offsets, masks: { detection } } as unknown as DetectionBatch;
    const { values, mask } = task.loss(output, batch);
    const total = tf.sum(tf.mul(values, mask!)) as Scalar;
    return { values, mask: mask!, slope: gradients([total], output)[0]! };
  });
  // Two pictures; nothing is known of the boxes of the second, so that its targets are all background.
  const output = array(
    Float32Array.of(1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 2, 0, 9, 9, 9, 9, -60, 60, 9, 9, 9, 9, 3, 3),
    [2, 2, 6],
  );
  const found = (await graph(
    output,
    array(Float32Array.of(1, 0, 0, 0), [2, 2]),
    array(new Float32Array(16), [2, 2, 4]),
    array(Float32Array.of(1, 0), [2]),
  )) as Record<"values" | "mask" | "slope", NDArray>;
  expect([...found.mask.data]).toEqual([1, 0]);
  expect([...found.values.data].every(Number.isFinite)).toBe(true);
  const slope = [...found.slope.data];
  expect(slope.slice(0, 6).every((value) => value !== 0)).toBe(true);
  expect(slope.slice(12).every((value) => value === 0)).toBe(true);
});

describe("what is refused", () => {
  const options = { priors: { count: 4 }, classes: 2 };

  test.each<[Partial<DetectionTaskOptions>, RegExp]>([
    [{ localization: -1 }, /localization is -1/],
    [{ ratio: 0 }, /ratio is 0/],
    [{ gamma: 0.5 }, /gamma is 0\.5; give 0 or a number from 1/],
    [{ alpha: Number.NaN }, /alpha is NaN/],
  ])("%j", (wrong, message) => {
    expect(() => detectionTask({ ...options, ...wrong })).toThrow(message);
    expect(() => detectionTask({ ...options, ...wrong })).toThrow(VisionRockError);
  });

  test("an output of another shape", () => {
    const task = detectionTask(options);
    const output = { rank: 3, shape: [1, 4, 8] };
    const batch = { classes: { shape: [1, 4] } };
    expect(() => task.loss(output as never, batch as never)).toThrow(/\[1, 4, 8\], but.*\[1, 4, 7\]/);
  });
});
