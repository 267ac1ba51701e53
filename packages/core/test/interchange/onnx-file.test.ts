import { array, mapTree, type NDArray, type Spec, type Tree } from "@outrigger/core/graph/array";
import { compile } from "@outrigger/core/graph/index";
import { decodeFile } from "@outrigger/core/graph/onnx/proto";
import { fromLayersModel } from "@outrigger/core/interchange/layers-model";
import { type OnnxFileOptions, toOnnxFile } from "@outrigger/core/interchange/onnx-file";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";
import { refused } from "../support/errors.ts";
import { graphNetwork, type Network, networks } from "./networks.ts";
import { reference } from "./reference.ts";

const specOf = (batch: Tree<NDArray>): Tree<Spec> =>
  mapTree(batch, ({ shape, dtype }) => ({ shape, dtype })) as Tree<Spec>;

const write = ({ model, params, batch }: Network, options?: OnnxFileOptions, rows = 4): Promise<Uint8Array> =>
  toOnnxFile(model, params, specOf(batch(rows)), options);

async function runFile(bytes: Uint8Array, batch: Tree<NDArray>): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(bytes);
  const feeds = [...namedLeaves(batch)].map(([name, { dtype, data, shape }]) => [
    name || "input",
    new ort.Tensor(dtype as "float32", data as Float32Array, shape),
  ]);
  const found = await session.run(Object.fromEntries(feeds));
  await session.release();
  return found;
}

/** What the compiled model says, on the executor that shares no code with the file. */
async function expected({ model, params, batch }: Network, rows: number): Promise<Record<string, NDArray>> {
  const f = (p: never, b: never): unknown => model.apply(p, b, { training: false });
  return (await compile(f as never, reference)(params, batch(rows))) as Record<string, NDArray>;
}

async function expectSame(network: Network, bytes: Uint8Array, rows: number): Promise<void> {
  const [found, wanted] = [await runFile(bytes, network.batch(rows)), await expected(network, rows)];
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { shape, data }] of Object.entries(wanted)) {
    expect(found[name]!.dims).toEqual(shape);
    const values = found[name]!.data as Float32Array;
    const scale = Math.max(...Array.from(data, Math.abs));
    expect(scale).toBeGreaterThan(1e-3);
    expect(Math.max(...Array.from(values, (v, i) => Math.abs(v - data[i]!)))).toBeLessThan(1e-5 * scale);
  }
}

describe("an exported ONNX file", () => {
  it.each(networks)("computes what the model computes, for batches of any size: $name", async (network) => {
    const bytes = await write(network);
    for (const rows of [1, 4, 7]) await expectSame(network, bytes, rows);
  });

  it.each(networks)("says so in its interface: $name", async (network) => {
    const { graph } = decodeFile(await write(network));
    const [batch] = [...namedLeaves(network.batch(4))];
    expect(graph!.input.map(({ name }) => name).sort()).toEqual(
      [...namedLeaves(network.batch(4)).keys()].sort(),
    );
    const { tensor_type } = graph!.input.find(({ name }) => name === batch![0])!.type as {
      tensor_type: { shape: { dim: unknown[] } };
    };
    expect(tensor_type.shape.dim).toEqual([
      { dim_param: "batch" },
      ...batch![1].shape.slice(1).map((dim_value) => ({ dim_value })),
    ]);
    const stored = new Set(graph!.initializer.map(({ name }) => name));
    expect(
      [...namedLeaves(network.params as Tree<NDArray>).keys()].filter((name) => !stored.has(name)),
    ).toEqual([]);
  });

  it.each(networks)("needs no ops but those of the standard: $name", async (network) => {
    const { opset_import } = decodeFile(await write(network));
    expect(opset_import.map(({ domain = "" }) => domain)).toEqual([""]);
  });

  it("has the outputs asked for, without the weights of the others", async () => {
    const { graph } = decodeFile(await write(networks[0]!, { outputs: ["y"] }));
    expect(graph!.output.map(({ name }) => name)).toEqual(["y"]);
    const names = graph!.initializer.map(({ name }) => name);
    expect([names.includes("heads/y/kernel"), names.includes("heads/a/kernel")]).toEqual([true, false]);
  });

  it("has the outputs in the order asked for", async () => {
    const { graph } = decodeFile(await write(networks[0]!, { outputs: ["y", "a"] }));
    expect(graph!.output.map(({ name }) => name)).toEqual(["y", "a"]);
    await expectSame(networks[0]!, await write(networks[0]!, { outputs: ["y", "a"] }), 3);
  });

  it("of fixed size holds models whose arrays have different lengths", async () => {
    const network = graphNetwork();
    const error = await refused(
      toOnnxFile(network.model, network.params, {
        nodes: { shape: [8, 3] },
        ids: { shape: [9], dtype: "int32" },
      }),
    );
    expect([error.code, error.message.includes('batchSize: "fixed"')]).toEqual(["unsupported", true]);
    await expectSame(network, await write(network, { batchSize: "fixed" }, 9), 9);
  });

  it("has one input called input when the batch is one array", async () => {
    const model = { apply: (_: unknown, x: Tensor) => ({ y: tf.square(x) }) } as never;
    const bytes = await toOnnxFile(model, { trunk: [], heads: {} }, { shape: [2, 3] });
    const x = numbers([5, 3]);
    const { y } = await runFile(bytes, x);
    expect(Array.from(y!.data as Float32Array)).toEqual(Array.from(x.data, (v) => Math.fround(v * v)));
  });

  it("stores the statistics of batch norm as they are", async () => {
    const layers = tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [2], kernelInitializer: "ones" }),
        tf.layers.batchNormalization({ name: "norm" }),
      ],
    });
    const trunk = fromLayersModel(layers);
    trunk.state.write({ "norm/moving_mean": array([1, 2, 3]), "norm/moving_variance": array([4, 5, 6]) });
    const model = {
      apply: (p: { trunk: never }, x: Tensor2D) => ({ y: trunk.apply(p.trunk, x, { training: false }) }),
    };
    const state = await trunk.state.read();
    const params = { trunk: trunk.init(undefined as never), heads: {} };
    trunk.state.write(state);
    const bytes = await toOnnxFile(model as never, params, { shape: [4, 2] });
    const x = numbers([4, 2]);
    const { y } = await runFile(bytes, x);
    const wanted = (layers.predict(tf.tensor(x.data, [4, 2])) as Tensor).dataSync();
    expect(
      Math.max(...Array.from(wanted, (v, i) => Math.abs(v - (y!.data as Float32Array)[i]!))),
    ).toBeLessThan(1e-5);
  });
});

describe("a model that cannot be exported", () => {
  const params = { trunk: [], heads: {} };
  const exported = (apply: (x: Tensor) => Tensor, options?: OnnxFileOptions): Promise<Uint8Array> =>
    toOnnxFile(
      { apply: (_: unknown, x: Tensor) => ({ y: apply(x) }) } as never,
      params,
      { shape: [4, 2] },
      options,
    );

  const forms: readonly [string, (x: Tensor) => Tensor][] = [
    ["divides by the batch size", (x) => tf.div(x, x.shape[0]!)],
    ["numbers the rows", (x) => tf.add(x, tf.reshape(tf.range(0, x.shape[0]!), [-1, 1]))],
    ["holds for one size", (x) => tf.reshape(x, [8])],
    ["unrolls over the rows", (x) => tf.addN(tf.unstack(x).slice(0, 3 + (x.shape[0]! % 4)))],
  ];
  it.each(forms)("for any size is refused: it %s", async (_, apply) => {
    const error = await refused(exported(apply));
    expect([error.code, error.message.includes('batchSize: "fixed"')]).toEqual(["unsupported", true]);
    expect((await exported(apply, { batchSize: "fixed" })).length).toBeGreaterThan(50);
  });

  it("names outputs that are not there, and names used twice", async () => {
    const unknown = await refused(exported(tf.relu, { outputs: ["z"] }));
    expect([unknown.code, unknown.message]).toEqual(["bad-option", expect.stringContaining('"z"')]);
    const model = { apply: (_: unknown, { y }: { y: Tensor }) => ({ y: tf.relu(y) }) };
    const twice = await refused(toOnnxFile(model as never, params, { y: { shape: [4, 2] } }));
    expect([twice.code, twice.message]).toEqual(["bad-option", expect.stringContaining('"y"')]);
  });
});
