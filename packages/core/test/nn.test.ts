import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { array, leaves, mapTree, type NDArray, type Tree } from "../src/graph/array.ts";
import { dense } from "../src/nn/dense.ts";
import { embedding, multiHotEmbedding, tableOffsets } from "../src/nn/embedding.ts";
import { glorot, he } from "../src/nn/initialize.ts";
import { layerNorm } from "../src/nn/layer-norm.ts";
import { Random } from "../src/random.ts";

const evaluation = { training: false };
const tensor = ({ data, shape, dtype }: NDArray): Tensor => tf.tensor(data, [...shape], dtype);
const tensors = (tree: Tree<NDArray>): never => mapTree(tree, tensor) as never;
const numbers = (t: Tensor): number[] => Array.from(t.dataSync());
const rounded = (t: Tensor): number[] => numbers(t).map((value) => Math.round(value * 1e4) / 1e4);
const stream = (): Random => Random.seeded(3, "init");

beforeAll(async () => {
  await tf.setBackend("cpu");
});

describe("dense", () => {
  const params = tensors({ kernel: array([1, 2, 3, 4, 5, 6], [2, 3]), bias: array([0.5, -100, 0]) });

  it("is x·W + b, then the activation", () => {
    const x = tf.tensor2d([1, 10, -1, 0], [2, 2]);
    const linear = dense({ inputs: 2, outputs: 3 }).apply(params, x, evaluation);
    expect(numbers(linear)).toEqual([41.5, -48, 63, -0.5, -102, -3]);
    const relu = dense({ inputs: 2, outputs: 3, activation: tf.relu }).apply(params, x, evaluation);
    expect(numbers(relu)).toEqual([41.5, 0, 63, 0, 0, 0]);
  });

  it("maps the last axis of any rank", () => {
    const layer = dense({ inputs: 2, outputs: 3 });
    const flat = layer.apply(params, tf.range(0, 12).reshape([6, 2]), evaluation);
    const deep = layer.apply(params, tf.range(0, 12).reshape([2, 3, 2]), evaluation);
    expect(deep.shape).toEqual([2, 3, 3]);
    expect(numbers(deep)).toEqual(numbers(flat));
  });

  it("starts rectified layers with twice the variance of fan-in and linear ones within Glorot's bound", () => {
    const wide = Array.from(he(stream(), [200, 100]).data);
    const square = wide.reduce((sum, value) => sum + value * value, 0) / wide.length;
    expect(square).toBeGreaterThan(0.0095);
    expect(square).toBeLessThan(0.0105);
    const bound = Math.sqrt(6 / 300);
    const uniform = glorot(stream(), [200, 100]).data;
    expect(Math.max(...uniform)).toBeLessThanOrEqual(bound);
    expect(Math.max(...uniform)).toBeGreaterThan(0.99 * bound);
    expect(Math.min(...uniform)).toBeLessThan(-0.99 * bound);
    expect(dense({ inputs: 4, outputs: 3, activation: tf.relu }).init(stream())).toEqual(
      dense({ inputs: 4, outputs: 3, init: "he" }).init(stream()),
    );
  });

  it("says which size is wrong", () => {
    expect(() => dense({ inputs: 0, outputs: 3 })).toThrow(/inputs is 0/);
    const layer = dense({ inputs: 4, outputs: 3 });
    expect(() => layer.apply(params, tf.zeros([2, 5]), evaluation)).toThrow(/\[2, 5\].*must be 4/);
  });
});

describe("embedding", () => {
  const table = array([1, 2, 3, 4, 5, 6, 70, 80, 90, 100], [5, 2]);

  it("adds one row of each feature's own table", () => {
    const layer = embedding({ categories: [3, 2], width: 2 });
    const ids = tf.tensor2d([0, 0, 2, 1], [2, 2], "int32");
    expect(numbers(layer.apply(tensors({ table }), ids, evaluation))).toEqual([71, 82, 95, 106]);
  });

  it("takes a vector of ids where there is one feature", () => {
    const layer = embedding({ categories: 5, width: 2 });
    const ids = tf.tensor1d([4, 1], "int32");
    expect(numbers(layer.apply(tensors({ table }), ids, evaluation))).toEqual([90, 100, 3, 4]);
  });

  it("equals the product with multi-hot rows, parameters included", () => {
    const options = { categories: [3, 2], width: 2 };
    const [gathered, product] = [embedding(options), multiHotEmbedding(options)];
    const params = gathered.init(stream());
    expect(product.init(stream())).toEqual(params);
    expect(tableOffsets(options.categories)).toEqual([0, 3]);
    const ids = tf.tensor2d([0, 0, 2, 1, 1, 1], [3, 2], "int32");
    const hot = tf.tensor2d([1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1], [3, 5]);
    const expected = rounded(gathered.apply(tensors(params), ids, evaluation));
    expect(rounded(product.apply(tensors(params), hot, evaluation))).toEqual(expected);
  });

  it("keeps every table within its own Glorot bound", () => {
    const { table } = embedding({ categories: [400, 2], width: 2 }).init(stream());
    const first = Array.from(table.data.subarray(0, 800));
    expect(Math.max(...first.map(Math.abs))).toBeLessThanOrEqual(Math.sqrt(6 / 402));
    expect(Math.max(...first.map(Math.abs))).toBeGreaterThan(0.95 * Math.sqrt(6 / 402));
  });
});

describe("layerNorm", () => {
  it("centres and scales each row, then applies scale and shift", () => {
    const layer = layerNorm({ size: 4, epsilon: 0 });
    const x = tf.tensor2d([1, 2, 3, 4, -10, 10, -10, 10], [2, 4]);
    const plain = layer.apply(tensors(layer.init(stream())), x, evaluation);
    // (1 − 2.5)/√1.25 and (2 − 2.5)/√1.25
    expect(rounded(plain)).toEqual([-1.3416, -0.4472, 0.4472, 1.3416, -1, 1, -1, 1]);
    const params = tensors({ scale: array([2, 2, 1, 1]), shift: array([0, 1, 0, -1]) });
    expect(rounded(layer.apply(params, x, evaluation))).toEqual([
      -2.6833, 0.1056, 0.4472, 0.3416, -2, 3, -1, 0,
    ]);
  });

  it("gives the shift for a constant row instead of NaN", () => {
    const layer = layerNorm({ size: 3 });
    const y = layer.apply(tensors(layer.init(stream())), tf.fill([2, 3], 7), evaluation);
    expect(numbers(y)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("init", () => {
  it("is a function of the stream alone", () => {
    const layer = dense({ inputs: 8, outputs: 8 });
    expect(leaves(layer.init(stream()))).toEqual(leaves(layer.init(stream())));
    expect(layer.init(Random.seeded(4, "init"))).not.toEqual(layer.init(stream()));
  });
});
