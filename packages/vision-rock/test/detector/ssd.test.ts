import {
  array,
  type Compiled,
  compile,
  gradients,
  leaves,
  type NDArray,
  Random,
  type Tree,
} from "@outrigger/core";
import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { rockSsd, smallSsd } from "../../src/detector/presets.ts";
import { type SsdDetector, ssd } from "../../src/detector/ssd.ts";
import { VisionRockError } from "../../src/error.ts";
import torch from "../fixtures/detection-losses.json" with { type: "json" };

const count = (params: Tree<NDArray>): number =>
  leaves(params).reduce((sum, { data }) => sum + data.length, 0);

const run = (detector: SsdDetector): Compiled =>
  compile((params: Tree<Tensor>, x: Tensor) => detector.head.apply(params, x, { training: false }));

/** Probability of all classes together, prior by prior. */
function foregrounds({ data, shape }: NDArray): number[] {
  const width = shape[2]!;
  return Array.from({ length: data.length / width }, (_, p) => {
    const logits = [...data.subarray(p * width + 4, (p + 1) * width)].map(Math.exp);
    return 1 - logits[0]! / logits.reduce((a, b) => a + b);
  });
}

describe("the detector of ROCK at 480 × 640", () => {
  const map = { height: 30, width: 40, channels: 2048 };
  const rock = rockSsd({ map, classes: 19 });

  test("has the maps of the reference implementation and 7,228 priors", () => {
    const sizes = rock.maps.map(({ height, width, channels }) => [height, width, channels]);
    expect(sizes).toEqual([
      [30, 40, 2048],
      [15, 20, 1024],
      [8, 10, 512],
      [4, 5, 256],
      [2, 3, 256],
      [1, 1, 256],
    ]);
    expect(rock.priors.perCell).toEqual([4, 6, 6, 6, 4, 4]);
    // 4 · 1200 + 6 · (300 + 80 + 20) + 4 · (6 + 1)
    expect(rock.priors.count).toBe(7228);
  });

  test("has as many parameters as its layers have by their sizes", () => {
    const between: readonly (readonly [inputs: number, squeeze: number, channels: number, window: number])[] =
      [
        [2048, 1024, 1024, 9],
        [1024, 256, 512, 9],
        [512, 128, 256, 9],
        [256, 128, 256, 9],
        [256, 128, 256, 6],
      ];
    // Filters, biases, and scale and shift of the norm, twice.
    const added = between.map(([i, s, c, w]) => i * s + s + 2 * s + w * s * c + c + 2 * c);
    const maps = [
      [2048, 4],
      [1024, 6],
      [512, 6],
      [256, 6],
      [256, 4],
      [256, 4],
    ] as const;
    // 4 offsets and 20 logits a prior.
    const predictors = maps.map(([channels, priors]) => (9 * channels + 1) * priors * 24);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b);
    expect(added).toEqual([11_540_480, 1_444_096, 361_600, 328_832, 230_528]);
    expect(predictors).toEqual([1_769_568, 1_327_248, 663_696, 331_920, 221_280, 221_280]);
    expect(sum(added) + sum(predictors)).toBe(18_440_528);
    expect(torch.rockParameters).toBe(18_440_528);
    expect(count(rock.head.init(Random.seeded(0, "init")))).toBe(18_440_528);
  });

  test("refuses a map that is too small for its windows", () => {
    const small = { height: 16, width: 40, channels: 8 };
    expect(() => rockSsd({ map: small, classes: 1 })).toThrow(
      /map of 2 × 5 is too small for windows of 3 × 3/,
    );
    expect(rockSsd({ map: { ...small, height: 17 }, classes: 1 }).maps.at(-2)).toEqual({
      height: 1,
      width: 3,
      channels: 256,
    });
  });
});

describe("the head", () => {
  const map = { height: 6, width: 8, channels: 8 };
  const small = smallSsd({ map, classes: 3 });
  const params = small.head.init(Random.seeded(1, "init"));

  const maps = (pictures: number, seed: number): NDArray => {
    const random = Random.seeded(seed, "maps");
    const size = map.height * map.width * map.channels;
    return array(
      Float32Array.from({ length: pictures * size }, () => random.normal()),
      [pictures, map.height, map.width, map.channels],
    );
  };

  test("gives four offsets and background and classes for every prior, and pictures do not see each other", async () => {
    const two = maps(2, 0);
    const all = (await run(small)(params, two)) as NDArray;
    expect(small.priors.count).toBe(5 * (48 + 12 + 4));
    expect(all.shape).toEqual([2, 320, 8]);
    const half = two.data.length / 2;
    const second = array(two.data.slice(half) as Float32Array, [1, 6, 8, 8]);
    const alone = (await run(small)(params, second)) as NDArray;
    all.data.subarray(320 * 8).forEach((value, i) => expect(value).toBeCloseTo(alone.data[i]!, 5));
  });

  test.each([
    [1, 0.01],
    [3, 0.01],
    [19, 0.01],
    [3, 0.2],
  ])("starts at the foreground's probability: %i classes, %f", async (classes, foreground) => {
    const levels = [{ priors: { scale: 0.2, ratios: [2] } }];
    const detector = ssd({ map, classes, levels, foreground });
    const start = detector.head.init(Random.seeded(2, "init"));
    const nothing = array(new Float32Array(384), [1, 6, 8, 8]);
    const at = foregrounds((await run(detector)(start, nothing)) as NDArray);
    for (const probability of at) expect(probability).toBeCloseTo(foreground, 5);
    const around = foregrounds((await run(detector)(start, maps(2, 3))) as NDArray);
    const mean = around.reduce((a, b) => a + b) / around.length;
    expect(mean / foreground).toBeGreaterThan(0.9);
    expect(mean / foreground).toBeLessThan(1.15);
  });

  test("gives its outputs in the order of the priors: a cell of the map moves its own priors only", async () => {
    const levels = [{ priors: { scale: 0.2, ratios: [2] } }];
    const detector = ssd({ map: { height: 5, width: 7, channels: 2 }, classes: 1, levels });
    const init = detector.head.init(Random.seeded(3, "init"));
    const at = (cell: number): NDArray => {
      const data = new Float32Array(5 * 7 * 2);
      if (cell >= 0) data.fill(1, 2 * cell, 2 * cell + 2);
      return array(data, [1, 5, 7, 2]);
    };
    const graph = run(detector);
    const plain = (await graph(init, at(-1))) as NDArray;
    const [row, column] = [2, 4];
    const moved = (await graph(init, at(row * 7 + column))) as NDArray;
    for (let p = 0; p < detector.priors.count; p++) {
      const [cx, cy] = detector.priors.boxes.subarray(4 * p, 4 * p + 2);
      const near = Math.abs(cx! * 7 - 0.5 - column) < 1.5 && Math.abs(cy! * 5 - 0.5 - row) < 1.5;
      const change = Array.from({ length: 6 }, (_, k) =>
        Math.abs(moved.data[6 * p + k]! - plain.data[6 * p + k]!),
      );
      expect(Math.max(...change) > 1e-4, `prior ${p}`).toBe(near);
    }
  });

  test("sends gradients to every parameter", async () => {
    const graph = compile(
      (p: Tree<Tensor>, x: Tensor) =>
        gradients([tf.sum(tf.square(small.head.apply(p, x, { training: true }))) as Scalar], p)[0]!,
    );
    const slopes = leaves((await graph(params, maps(1, 4))) as Tree<NDArray>);
    expect(slopes).toHaveLength(leaves(params).length);
    for (const { data } of slopes) {
      expect(data.every(Number.isFinite)).toBe(true);
      expect(data.some((value) => value !== 0)).toBe(true);
    }
  });

  test.each([
    [{ classes: 0 }, /classes is 0/],
    [{ foreground: 1 }, /foreground is 1/],
    [{ levels: [] }, /at least one level/],
    [{ levels: [{ priors: { scale: -1, ratios: [] } }] }, /a prior is -1 × -1/],
  ])("refuses %j", (wrong, message) => {
    const options = { map, classes: 2, levels: [{ priors: { scale: 0.2, ratios: [2] } }], ...wrong };
    expect(() => ssd(options)).toThrow(message);
    expect(() => ssd(options)).toThrow(VisionRockError);
  });
});
