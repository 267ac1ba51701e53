import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  array,
  combine,
  compile,
  compileStages,
  gradients,
  gram,
  leaves,
  type NDArray,
  randomMask,
  type Tree,
} from "../../src/graph/index.ts";
import { Random } from "../../src/random.ts";
import { refused } from "../support/errors.ts";
import { numbers } from "./case.ts";

interface Network {
  readonly first: Tensor2D;
  readonly bias: Tensor;
  readonly second: Tensor2D;
}

const T = 3;
const weights = [0.5, -1.25, 2];
const args: Tree<NDArray>[] = [
  {
    first: numbers([60, 50], -0.5, 0.5),
    bias: numbers([50], -1, 1, 0.2),
    second: numbers([50, 3], -1, 1, 0.4),
  },
  numbers([5, 60], -1, 1, 0.6),
];

/** Two dense layers with dropout between them; the last task does not reach the second. */
function losses(p: Network, x: Tensor2D): Scalar[] {
  const hidden = tf.mul(tf.tanh(tf.add(tf.matMul(x, p.first), p.bias)), randomMask([5, 50], 0.8)) as Tensor2D;
  const y = tf.matMul(hidden, p.second);
  return [tf.sum(tf.square(y)), tf.mean(tf.sin(y)), tf.sum(tf.square(hidden))] as Scalar[];
}

/** Losses and Gram matrix, then the combined gradient. */
const combined = (p: Network, x: Tensor2D, w: Tensor1D): Tree<Tensor> => {
  const found = losses(p, x);
  const rows = gradients(found, p as never);
  return [{ losses: found, gram: gram(rows) }, combine(w, rows)];
};

/** Losses, then the gradient of their weighted sum: the whole backward pass waits for the weights. */
const backward = (p: Network, x: Tensor2D, w: Tensor1D): Tree<Tensor> => {
  const found = losses(p, x);
  const total = found.map((loss, k) => tf.mul(loss, tf.reshape(tf.slice(w, [k], [1]), [])));
  return [{ losses: found }, gradients([total.reduce((a, b) => tf.add(a, b)) as Scalar], p as never)[0]!];
};

const random = (): Random => Random.seeded(2, "masks");

describe.each([
  ["a combination of task gradients", combined],
  ["the gradient of a weighted sum", backward],
])("a function in two calls: %s", (_, f) => {
  it.each([
    ["onnx", "cpu"],
    ["tfjs", "cpu"],
  ] as const)("gives what one call gives, with the same masks, on %s %s", async (runtime, device) => {
    const options = { runtime, device };
    const whole = compile(f as never, { ...options, random: random() });
    const stream = random();
    const stages = compileStages(f as never, { shape: [T] }, { ...options, random: stream });
    for (const scale of [1, -0.3]) {
      const given = array(weights.map((w) => w * scale));
      const [shown, rest] = (await whole(...args, given)) as Tree<NDArray>[];
      expect(await stages.first(...args)).toEqual(shown);
      const out = structuredClone(rest!);
      for (const { data } of leaves<NDArray>(out)) data.fill(Number.NaN);
      await stages.second(out, given);
      leaves<NDArray>(out).forEach(({ data }, leaf) => {
        const wanted = leaves<NDArray>(rest!)[leaf]!.data;
        const size = Math.max(...wanted.map(Math.abs));
        for (const [i, value] of data.entries())
          expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-6 * size);
      });
    }
    await whole.dispose();
    await stages.dispose();
  });
});

describe("a function in two calls", () => {
  it("refuses to show what depends on the last argument", async () => {
    const f = (x: Tensor, w: Tensor): Tensor[] => [tf.sum(tf.mul(x, w)), x];
    const stages = compileStages(f as never, { shape: [3] }, { runtime: "onnx", device: "cpu" });
    const error = await refused(stages.first(array([1, 2, 3])));
    expect(error.code).toBe("trace");
    expect(error.message).toContain("must not depend on the last argument");
    await stages.dispose();
  });

  it("runs nothing, and draws no masks, where more than 64 MiB would have to be kept", async () => {
    const wide = 4097;
    const f = (x: Tensor2D, w: Tensor): Tensor[] => {
      const square = tf.mul(tf.matMul(x, x, true), randomMask([1], 0.5));
      return [tf.mean(square), tf.mul(square, w)];
    };
    const stream = random();
    const before = stream.state;
    const stages = compileStages(
      f as never,
      { shape: [] },
      { runtime: "onnx", device: "cpu", random: stream },
    );
    expect(await stages.first(array(new Float32Array(wide), [1, wide]))).toBeUndefined();
    expect(stream.state).toEqual(before);
    await stages.dispose();
  });

  it("takes arguments, constants and what depends on neither call as results", async () => {
    const f = (x: Tensor, w: Tensor): Tensor[][] => [
      [tf.sum(x)],
      [x, tf.exp(x), tf.zeros([2]), tf.mul(x, w)],
    ];
    const stages = compileStages(f as never, { shape: [] }, { runtime: "onnx", device: "cpu" });
    await stages.first(array([1, 2]));
    const out = [0, 1, 2, 3].map(() => array(new Float32Array(2)));
    await stages.second(out, array([3], []));
    expect(out.map(({ data }) => [...data])).toEqual([
      [1, 2],
      [Math.fround(Math.exp(1)), expect.closeTo(Math.exp(2), 5)],
      [0, 0],
      [3, 6],
    ]);
    await stages.dispose();
  });
});
