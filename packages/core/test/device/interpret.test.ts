import { array, compile, type NDArray } from "@outrigger/core/graph/index";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";

const size = 10_000;
const bytes = 4 * size;

it("tensors are given back after their last use: a long chain needs the memory of a few", async () => {
  const chain = compile(
    ((x: Tensor) => {
      let y = x;
      for (let i = 0; i < 50; i++) y = tf.tanh(tf.add(y, 1));
      return tf.sum(y);
    }) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const x = array(new Float32Array(size));
  await chain(x);
  const before = tf.memory().numBytes;
  const { peakBytes } = await tf.profile(async () => {
    await chain(x);
    return [];
  });
  expect(peakBytes - before).toBeLessThan(6 * bytes);
  expect(tf.memory().numBytes).toBe(before);
  await chain.dispose();
});

it("constants are uploaded once and kept until the function is disposed of", async () => {
  const table = Float32Array.from({ length: size }, (_, i) => i % 7);
  const f = compile(((x: Tensor) => tf.sum(tf.mul(x, tf.tensor(table)))) as never, {
    runtime: "tfjs",
    device: "cpu",
  });
  const x = array(new Float32Array(size).fill(1));
  const before = tf.memory().numBytes;
  await f(x);
  expect(tf.memory().numBytes - before).toBe(bytes);
  await f(x);
  expect(tf.memory().numBytes - before).toBe(bytes);
  await f.dispose();
  expect(tf.memory().numBytes).toBe(before);
});

it("results that are arguments, or one value twice, come out whole", async () => {
  const f = compile(
    ((x: Tensor) => {
      const y = tf.tanh(x);
      return [x, y, y, tf.reshape(y, [2, 1]), tf.exp(y)];
    }) as never,
    { runtime: "tfjs", device: "cpu" },
  );
  const [x, y, twice, column] = (await f(array([0.5, -1]))) as NDArray[];
  expect([...x!.data]).toEqual([0.5, -1]);
  expect(twice!.data).toEqual(y!.data);
  expect([column!.shape, [...column!.data]]).toEqual([[2, 1], [...y!.data]]);
  await f.dispose();
});
