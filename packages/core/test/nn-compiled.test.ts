import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { array, leaves, type NDArray, type Tree } from "../src/graph/array.ts";
import { compile, gradients } from "../src/graph/index.ts";
import { dropout, embedding, layerNorm, mlp } from "../src/nn/index.ts";
import { Random } from "../src/random.ts";

const random = (): Random => Random.seeded(11, "nn");
const values = (n: number): Float32Array => Float32Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));

describe("dropout in a compiled graph", () => {
  const layer = dropout(0.25);
  const run = (training: boolean, stream = random()) =>
    compile(((x: Tensor) => layer.apply([], x, { training })) as never, {
      runtime: "tfjs",
      device: "cpu",
      random: stream,
    });
  const ones = array(new Float32Array(40_000).fill(1), [200, 200]);

  it("keeps three quarters in training, scaled so that the mean stays, and draws anew on every run", async () => {
    const step = run(true);
    const [first, second] = [(await step(ones)) as NDArray, (await step(ones)) as NDArray];
    const kept = Array.from(first.data).filter((value) => value > 0);
    expect(kept.every((value) => Math.abs(value - 4 / 3) < 1e-6)).toBe(true);
    expect(kept.length / 40_000).toBeGreaterThan(0.74);
    expect(kept.length / 40_000).toBeLessThan(0.76);
    expect(second.data).not.toEqual(first.data);
    expect(((await run(true)(ones)) as NDArray).data).toEqual(first.data);
  });

  it("is the identity in evaluation", async () => {
    expect(((await run(false)(ones)) as NDArray).data).toEqual(ones.data);
  });

  it("refuses rates outside of [0, 1)", () => {
    for (const rate of [-0.1, 1, Number.NaN]) expect(() => dropout(rate)).toThrow(/rate is/);
  });
});

describe("layers in a compiled graph", () => {
  const network = mlp({ sizes: [6, 8, 8, 3], norm: true, activation: tf.tanh });
  const params = network.init(random());
  const x = array(values(30), [5, 6]);
  const loss = (p: never, input: Tensor): Tensor =>
    tf.mean(tf.square(network.apply(p, input, { training: false })));
  const value = async (p: Tree<NDArray>): Promise<number> => {
    const run = compile(loss as never, { runtime: "tfjs", device: "cpu" });
    return ((await run(p, x)) as NDArray).data[0]!;
  };

  it("have one structure of parameters, with nothing for activations", () => {
    expect(params).toHaveLength(9);
    expect(leaves<NDArray>(params as Tree<NDArray>).map(({ shape }) => shape.join("x"))).toEqual(
      "8 6x8 8 8 8 8x8 8 8 3 8x3".split(" "),
    );
  });

  it("have the same value and gradient on ONNX Runtime and tfjs", async () => {
    const both = (p: never, input: Tensor): unknown => {
      const l = loss(p, input);
      return [l, gradients([l as never], p)[0]];
    };
    const found = await Promise.all(
      [{ runtime: "onnx", threads: 1 } as const, { runtime: "tfjs", device: "cpu" } as const].map(
        async (options) =>
          leaves<NDArray>(await compile(both as never, options)(params as Tree<NDArray>, x)).flatMap(
            ({ data }) => Array.from(data),
          ),
      ),
    );
    const [onnx, tfjs] = found as [number[], number[]];
    expect(onnx.length).toBe(1 + 6 * 8 + 8 + 16 + 64 + 8 + 16 + 24 + 3);
    expect(Math.max(...onnx.map((v, i) => Math.abs(v - tfjs[i]!)))).toBeLessThan(1e-5);
    expect(Math.max(...onnx.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it("have the gradient that finite differences see, through norm and activation", async () => {
    const run = compile(((p: never, input: Tensor) => gradients([loss(p, input) as never], p)[0]) as never, {
      runtime: "tfjs",
      device: "cpu",
    });
    const gradient = leaves<NDArray>(await run(params as Tree<NDArray>, x));
    const flat = leaves<NDArray>(params as Tree<NDArray>);
    const step = 1e-2;
    for (const [leaf, element] of [
      [1, 5],
      [2, 3],
      [5, 17],
      [9, 7],
    ] as const) {
      const { data } = flat[leaf]!;
      const at = data[element]!;
      data[element] = at + step;
      const above = await value(params as Tree<NDArray>);
      data[element] = at - step;
      const below = await value(params as Tree<NDArray>);
      data[element] = at;
      expect(Math.abs((above - below) / (2 * step) - gradient[leaf]!.data[element]!)).toBeLessThan(2e-3);
    }
  });

  it("add up the gradients of repeated ids in an embedding", async () => {
    const table = embedding({ categories: [3, 2], width: 2 });
    const p = table.init(random());
    const ids = array(Int32Array.from([0, 0, 0, 1, 2, 1]), [3, 2]);
    const scale = array([1, 10, 100], [3, 1]);
    const f = (q: never, i: Tensor, s: Tensor): unknown =>
      gradients([tf.sum(tf.mul(table.apply(q, i, { training: false }), s)) as never], q)[0];
    for (const options of [
      { runtime: "onnx", threads: 1 } as const,
      { runtime: "tfjs", device: "cpu" } as const,
    ]) {
      const [rows] = leaves<NDArray>(await compile(f as never, options)(p as Tree<NDArray>, ids, scale));
      expect(Array.from(rows!.data)).toEqual([11, 11, 0, 0, 100, 100, 1, 1, 110, 110]);
    }
  });

  it("are layers like others: layer norm alone agrees with its own formula on ONNX Runtime", async () => {
    const norm = layerNorm({ size: 6 });
    const run = compile(((p: never, input: Tensor) => norm.apply(p, input, { training: false })) as never, {
      runtime: "onnx",
      threads: 1,
    });
    const y = (await run(norm.init(random()), x)) as NDArray;
    const row = Array.from(x.data.slice(0, 6));
    const mean = row.reduce((a, b) => a + b, 0) / 6;
    const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 6;
    row.forEach((v, i) => expect(y.data[i]).toBeCloseTo((v - mean) / Math.sqrt(variance + 1e-5), 5));
  });
});
