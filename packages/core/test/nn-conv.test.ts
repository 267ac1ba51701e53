import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { array, compile, type NDArray, type Tree } from "../src/graph/index.ts";
import {
  type AnyLayer,
  avgPool,
  batchNorm,
  conv2d,
  depthwiseConv2d,
  globalAveragePool,
  groupNorm,
  maxPool,
} from "../src/nn/index.ts";
import { thrown } from "./support/errors.ts";
import { evaluation, shaken, stream, tensor, tensors } from "./support/sequences.ts";

const [batch, height, width, channels] = [2, 5, 4, 4];
const x: NDArray = array(
  Float32Array.from({ length: batch * height * width * channels }, (_, i) => 0.4 + Math.sin(1 + 1.7 * i)),
  [batch, height, width, channels],
);

/** A pixel of x, zero outside. */
const pixel = (n: number, i: number, j: number, c: number): number =>
  i < 0 || j < 0 || i >= height || j >= width ? 0 : x.data[((n * height + i) * width + j) * channels + c]!;

function outputOf(layer: AnyLayer, params: Tree<NDArray>): { shape: number[]; data: Float32Array } {
  return tf.tidy(() => {
    const y = layer.apply(tensors(params), tensor(x), evaluation);
    return { shape: y.shape, data: y.dataSync() as Float32Array };
  });
}

/** Every element of the layer's output against a formula of its place. */
function expectFormula(
  layer: AnyLayer,
  params: Tree<NDArray>,
  shape: readonly [number, number, number, number],
  formula: (n: number, i: number, j: number, o: number) => number,
): void {
  const y = outputOf(layer, params);
  expect(y.shape).toEqual(shape);
  const [, rows, columns, outputs] = shape;
  y.data.forEach((value, at) => {
    const o = at % outputs;
    const j = Math.floor(at / outputs) % columns;
    const i = Math.floor(at / (outputs * columns)) % rows;
    const n = Math.floor(at / (outputs * columns * rows));
    expect(value, `image ${n}, row ${i}, column ${j}, channel ${o}`).toBeCloseTo(formula(n, i, j, o), 4);
  });
}

beforeAll(async () => {
  tf.env().set("PROD", true);
  await tf.setBackend("cpu");
});

describe("convolutions follow their formula", () => {
  it("conv2d with stride 2, same, and an activation", () => {
    const layer = conv2d({ inputs: channels, outputs: 3, stride: 2, activation: tf.relu });
    const params = shaken(layer.init(stream()));
    const w = (p: number, q: number, c: number, o: number): number =>
      params.kernel.data[((p * 3 + q) * channels + c) * 3 + o]!;
    // Five rows need one row of padding on each side, four columns one on the right.
    expectFormula(layer, params, [batch, 3, 2, 3], (n, i, j, o) => {
      let sum = params.bias.data[o]!;
      for (let p = 0; p < 3; p++)
        for (let q = 0; q < 3; q++)
          for (let c = 0; c < channels; c++) sum += pixel(n, 2 * i + p - 1, 2 * j + q, c) * w(p, q, c, o);
      return Math.max(0, sum);
    });
  });

  it("conv2d with dilation 2, valid, and filters that are not square", () => {
    const layer = conv2d({ inputs: channels, outputs: 2, size: [3, 2], dilation: 2, padding: "valid" });
    const params = shaken(layer.init(stream()));
    expectFormula(layer, params, [batch, 1, 2, 2], (n, i, j, o) => {
      let sum = params.bias.data[o]!;
      for (let p = 0; p < 3; p++)
        for (let q = 0; q < 2; q++)
          for (let c = 0; c < channels; c++)
            sum +=
              pixel(n, i + 2 * p, j + 2 * q, c) * params.kernel.data[((p * 2 + q) * channels + c) * 2 + o]!;
      return sum;
    });
  });

  it("depthwiseConv2d with two filters a channel", () => {
    const layer = depthwiseConv2d({ channels, each: 2, padding: "valid" });
    const params = shaken(layer.init(stream()));
    expectFormula(layer, params, [batch, 3, 2, 8], (n, i, j, o) => {
      let sum = params.bias.data[o]!;
      const c = Math.floor(o / 2);
      for (let p = 0; p < 3; p++)
        for (let q = 0; q < 3; q++)
          sum += pixel(n, i + p, j + q, c) * params.kernel.data[((p * 3 + q) * channels + c) * 2 + (o % 2)]!;
      return sum;
    });
  });
});

it.each([
  ["conv2d", conv2d({ inputs: 64, outputs: 48 }), 9 * 64],
  ["depthwiseConv2d", depthwiseConv2d({ channels: 512, each: 2 }), 9],
] as const)(
  "%s starts with filters of variance 2 / inputs of a filter, and no bias",
  (_name, layer, fanIn) => {
    const { kernel, bias } = layer.init(stream());
    const variance = Array.from(kernel.data).reduce((sum, v) => sum + v * v, 0) / kernel.data.length;
    expect(variance * fanIn).toBeGreaterThan(1.9);
    expect(variance * fanIn).toBeLessThan(2.1);
    expect(Math.max(...bias.data.map(Math.abs))).toBe(0);
  },
);

describe("pools follow their formula", () => {
  const window = (n: number, i: number, j: number, c: number): number[] =>
    [0, 1].flatMap((p) => [0, 1].map((q) => pixel(n, 2 * i + p, 2 * j + q, c)));

  it("maxPool takes the greatest of four", () => {
    expectFormula(maxPool(), [], [batch, 2, 2, channels], (...at) => Math.max(...window(...at)));
  });

  it("avgPool takes the mean of the pixels inside the image", () => {
    expectFormula(avgPool({ padding: "same" }), [], [batch, 3, 2, channels], (n, i, j, c) => {
      const sum = window(n, i, j, c).reduce((total, v) => total + v, 0);
      return sum / (i === 2 ? 2 : 4);
    });
  });

  it("globalAveragePool takes the mean of the image", () => {
    const y = outputOf(globalAveragePool(), []);
    expect(y.shape).toEqual([batch, channels]);
    y.data.forEach((value, at) => {
      let sum = 0;
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) sum += pixel(Math.floor(at / channels), i, j, at % channels);
      expect(value).toBeCloseTo(sum / (height * width), 5);
    });
  });
});

/** Mean and deviation of the pixels of some images and channels. */
function statistics(images: readonly number[], of: readonly number[]): { mean: number; deviation: number } {
  const values = images.flatMap((n) =>
    of.flatMap((c) =>
      Array.from({ length: height * width }, (_, at) => pixel(n, Math.floor(at / width), at % width, c)),
    ),
  );
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance + 1e-5) };
}

describe("norms follow their formula", () => {
  it.each([1, 2, 4])("groupNorm with %i groups", (groups) => {
    const layer = groupNorm({ channels, groups });
    const params = shaken(layer.init(stream()));
    const inGroup = channels / groups;
    expectFormula(layer, params, [batch, height, width, channels], (n, i, j, c) => {
      const start = Math.floor(c / inGroup) * inGroup;
      const { mean, deviation } = statistics(
        [n],
        Array.from({ length: inGroup }, (_, k) => start + k),
      );
      return (params.scale.data[c]! * (pixel(n, i, j, c) - mean)) / deviation + params.shift.data[c]!;
    });
  });

  it("batchNorm, over the batch", () => {
    const layer = batchNorm({ size: channels });
    const params = shaken(layer.init(stream()));
    expectFormula(layer, params, [batch, height, width, channels], (n, i, j, c) => {
      const { mean, deviation } = statistics([0, 1], [c]);
      return (params.scale.data[c]! * (pixel(n, i, j, c) - mean)) / deviation + params.shift.data[c]!;
    });
  });
});

const layers: readonly (readonly [string, AnyLayer])[] = [
  ["conv2d", conv2d({ inputs: channels, outputs: 3, stride: 2, activation: tf.relu })],
  ["depthwiseConv2d", depthwiseConv2d({ channels, each: 2, dilation: 2 })],
  ["maxPool", maxPool({ size: 3, stride: 2, padding: "same" })],
  ["avgPool", avgPool({ size: 3, stride: 2, padding: "same" })],
  ["globalAveragePool", globalAveragePool()],
  ["groupNorm", groupNorm({ channels, groups: 2 })],
  ["batchNorm", batchNorm({ size: channels })],
];

it.each(layers)("%s compiled is what it is eagerly", async (_name, layer) => {
  const params = shaken(layer.init(stream()));
  const wanted = outputOf(layer, params);
  const run = compile(((p: never, input: Tensor) => layer.apply(p, input, evaluation)) as never, {
    threads: 1,
  });
  const { data, shape } = (await run(params, x)) as NDArray;
  expect(shape).toEqual(wanted.shape);
  data.forEach((value, i) => expect(value).toBeCloseTo(wanted.data[i]!, 5));
  await run.dispose();
});

describe("errors name the layer and the option", () => {
  const unfit = array(new Float32Array(6), [2, 3]);

  it.each(layers)("%s refuses what is no batch of images", (name, layer) => {
    const apply = (): unknown =>
      tf.tidy(() => layer.apply(tensors(layer.init(stream())), tensor(unfit), evaluation));
    expect(thrown(apply)).toMatchObject({
      code: "shape",
      message: expect.stringContaining(`${name}: the input is [2, 3]`),
    });
  });

  it.each([
    ["conv2d: stride is 0", () => conv2d({ inputs: 1, outputs: 1, stride: 0 })],
    ["conv2d: height is 1.5", () => conv2d({ inputs: 1, outputs: 1, size: [1.5, 1] })],
    ["conv2d: stride is 2 and dilation 3", () => conv2d({ inputs: 1, outputs: 1, stride: 2, dilation: 3 })],
    ["depthwiseConv2d: each is -1", () => depthwiseConv2d({ channels: 2, each: -1 })],
    ["maxPool: size is 0", () => maxPool({ size: 0 })],
    ["avgPool: stride is 0.5", () => avgPool({ stride: 0.5 })],
    ["groupNorm: groups is 3", () => groupNorm({ channels: 4, groups: 3 })],
    ["batchNorm: size is 0", () => batchNorm({ size: 0 })],
  ])("%s", (said, make) => {
    expect(thrown(make)).toMatchObject({ code: "bad-option", message: expect.stringContaining(said) });
  });
});
