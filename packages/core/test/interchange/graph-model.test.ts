import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mapTree, type NDArray, type Spec, type Tree } from "@outrigger/core/graph/array";
import { compile, segmentMax } from "@outrigger/core/graph/index";
import { type GraphModelOptions, toGraphModel } from "@outrigger/core/interchange/graph-model";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import { namedLeaves } from "@outrigger/core/train/flat";
import type { GraphModel, Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";
import { refused } from "../support/errors.ts";
import { graphNetwork, type Network, networks } from "./networks.ts";
import { reference } from "./reference.ts";

const folder = mkdtempSync(join(tmpdir(), "graph-model-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function throughDisk(
  { name, model, params, batch }: Network,
  options?: GraphModelOptions,
): Promise<GraphModel> {
  const specs = mapTree(batch(4), ({ shape, dtype }) => ({ shape, dtype })) as Tree<Spec>;
  const place = modelFolder(join(folder, name));
  await place.save(await toGraphModel(model, params, specs, options));
  return tf.loadGraphModel(place);
}

const feeds = (batch: Tree<NDArray>): Record<string, Tensor> =>
  Object.fromEntries(
    [...namedLeaves(batch)].map(([name, { data, shape, dtype }]) => [
      name || "input",
      tf.tensor(data, [...shape], dtype),
    ]),
  );

async function expectSame(network: Network, loaded: GraphModel, rows: number): Promise<void> {
  const { model, params, batch } = network;
  const f = (p: never, b: never): unknown => model.apply(p, b, { training: false });
  const wanted = (await compile(f as never, reference)(params, batch(rows))) as Record<string, NDArray>;
  const names = Object.keys((loaded.modelSignature as { outputs: object }).outputs);
  expect(names.sort()).toEqual(Object.keys(wanted).sort());
  for (const name of names) {
    const used = loaded.inputs.map((input) => input.name);
    const given = Object.fromEntries(
      Object.entries(feeds(batch(rows))).filter(([key]) => used.includes(key)),
    );
    const found = loaded.execute(given, name) as Tensor;
    const { data, shape } = wanted[name]!;
    expect(found.shape).toEqual(shape);
    const values = found.dataSync();
    expect(Math.max(...Array.from(data, (v, i) => Math.abs(v - values[i]!)))).toBeLessThan(
      1e-6 * Math.max(1, ...Array.from(data, Math.abs)),
    );
    expect(Math.max(...Array.from(data, Math.abs))).toBeGreaterThan(1e-3);
  }
}

describe("an exported graph model", () => {
  it.each(networks)("predicts what the model predicts, for batches of any size: $name", async (network) => {
    const loaded = await throughDisk(network);
    for (const rows of [1, 4, 7]) await expectSame(network, loaded, rows);
  });

  it("says what goes in and comes out, and predicts in the order of the outputs", async () => {
    const [network] = networks;
    const loaded = await throughDisk(network!, { outputs: ["y", "a"] });
    expect(loaded.inputs.map(({ name, shape, dtype }) => ({ name, shape, dtype }))).toEqual([
      { name: "inputs", shape: [-1, 5], dtype: "float32" },
    ]);
    const found = loaded.predict(feeds(network!.batch(3))) as Tensor[];
    expect(found.map(({ shape }) => shape)).toEqual([
      [3, 1],
      [3, 3],
    ]);
  });

  it("leaves out the heads that are not asked for", async () => {
    const { weightSpecs } = await toGraphModel(
      networks[0]!.model,
      networks[0]!.params,
      { inputs: { shape: [2, 5] } },
      { outputs: ["y"] },
    );
    const names = weightSpecs!.map(({ name }) => name);
    expect([names.includes("heads/y/kernel"), names.includes("heads/a/kernel")]).toEqual([true, false]);
  });
});

type Op = (x: Tensor, ids: Tensor1D) => Tensor;
const image =
  (f: (x: Tensor4D) => Tensor): Op =>
  (x) =>
    f(tf.reshape(x, [-1, 4, 3, 2]));

/** Ops over a batch [n, 24] and ids [n] in 0 … 4, each with the kernels it is there for. */
const ops: Readonly<Record<string, Op>> = {
  "unary functions": (x) =>
    tf.addN(
      [
        tf.abs,
        tf.neg,
        tf.sign,
        tf.floor,
        tf.ceil,
        tf.round,
        tf.relu,
        tf.relu6,
        tf.exp,
        tf.expm1,
        tf.square,
        tf.sin,
        tf.cos,
        tf.tanh,
        tf.sigmoid,
        tf.erf,
        tf.softplus,
        tf.elu,
        tf.selu,
        tf.sinh,
        tf.cosh,
        tf.atan,
        tf.asinh,
      ].map((f) => f(x)),
    ),
  "functions of positive numbers": (x) => {
    const y = tf.add(tf.abs(x), 0.5);
    return tf.addN([tf.log, tf.log1p, tf.sqrt, tf.rsqrt, tf.reciprocal].map((f) => f(y)));
  },
  "clips and leaks": (x) => tf.add(tf.add(tf.clipByValue(x, -0.5, 1), tf.leakyRelu(x, 0.3)), tf.step(x, -2)),
  arithmetic: (x) => {
    const y = tf.add(tf.reverse(x, 1), 0.1);
    return tf.addN([
      tf.sub(x, y),
      tf.div(x, y),
      tf.pow(tf.abs(x), y),
      tf.maximum(x, y),
      tf.minimum(x, y),
      tf.squaredDifference(x, y),
      tf.cast(tf.floorDiv(x, y), "float32"),
      tf.mod(x, y),
      tf.atan2(x, y),
    ]);
  },
  comparisons: (x) => {
    const y = tf.reverse(x, 1);
    const any = tf.logicalOr(
      tf.logicalAnd(tf.greater(x, y), tf.lessEqual(x, 1)),
      tf.logicalNot(tf.isFinite(y)),
    );
    return tf.where(any, x, tf.cast(tf.notEqual(x, y), "float32"));
  },
  reductions: (x) =>
    tf.addN([
      tf.sum(x, 1),
      tf.mean(x, 1),
      tf.max(x, 1),
      tf.min(x, 1),
      tf.prod(tf.mul(x, 0.5), -1),
      tf.cast(tf.argMax(x, 1), "float32"),
      tf.cast(tf.argMin(x, 1), "float32"),
      tf.cast(tf.all(tf.greater(x, -9), 1), "float32"),
      tf.cast(tf.any(tf.greater(x, 1), 1), "float32"),
    ]),
  "running sums": (x) => tf.add(tf.cumsum(x, 1, true, true), tf.cumprod(tf.mul(x, 0.9), 1)),
  "shapes of parts": (x) => {
    const [a, b] = tf.split(x, [10, 14], 1);
    const parts = tf.unstack(tf.reshape(x, [-1, 4, 6]), 1);
    return tf.concat(
      [
        tf.tile(a!, [1, 2]),
        tf.pad(
          b!,
          [
            [0, 0],
            [1, 2],
          ],
          0.5,
        ),
        tf.slice(x, [0, 3], [-1, 4]),
        tf.stack([parts[0]!, parts[3]!], 2).reshape([-1, 12]),
      ],
      1,
    );
  },
  "strided slices": (x) => tf.stridedSlice(x, [0, 20], [0, 3], [1, -2], 1, 1),
  "transposes and products": (x) => {
    const y = tf.reshape(x, [-1, 4, 6]);
    return tf.matMul(tf.matMul(y, y, false, true), tf.transpose(y, [0, 2, 1]), false, true);
  },
  "broadcasts over the batch": (x) =>
    tf.concat(
      [
        tf.broadcastTo(tf.slice(x, [0, 0], [1, 24]), x.shape),
        tf.zeros([x.shape[0]!, 2]),
        tf.fill([x.shape[0]!, 100], 2),
      ],
      1,
    ),
  "gathered rows": (_, ids) =>
    tf.gather(numbers([5, 3]).data.length ? tf.tensor(numbers([5, 3]).data, [5, 3]) : ids, ids),
  "one hot rows": (_, ids) => tf.oneHot(ids, 5, 3, -1),
  "greatest of a row": (x) => tf.topk(x, 3).values,
  "softmax and its logarithm": (x) => tf.add(tf.softmax(x), tf.logSoftmax(x)),
  convolutions: image((x) => {
    const filter = tf.tensor(numbers([3, 3, 2, 3]).data, [3, 3, 2, 3]) as Tensor4D;
    const y = tf.conv2d(x, filter, [2, 1], "same");
    return tf.concat(
      [tf.reshape(y, [y.shape[0], -1]), tf.reshape(tf.conv2d(x, filter, 1, 1), [y.shape[0], -1])],
      1,
    );
  }),
  "depthwise convolutions": image((x) =>
    tf.depthwiseConv2d(x, tf.tensor(numbers([2, 2, 2, 2]).data, [2, 2, 2, 2]) as Tensor4D, 1, "same"),
  ),
  "transposed convolutions": image((x) =>
    tf.conv2dTranspose(
      x,
      tf.tensor(numbers([2, 2, 3, 2]).data, [2, 2, 3, 2]) as Tensor4D,
      [x.shape[0], 8, 6, 3],
      2,
      "same",
    ),
  ),
  pools: image((x) => tf.add(tf.maxPool(x, [2, 1], 1, "same"), tf.avgPool(x, 3, 1, "same"))),
  "bilinear resizes": image((x) => tf.image.resizeBilinear(x, [5, 7], false, true)),
  "nearest resizes": image((x) => tf.image.resizeNearestNeighbor(x, [5, 7], true)),
  "depth to space": (x) => tf.depthToSpace(tf.reshape(x, [-1, 2, 3, 4]) as Tensor4D, 2, "NHWC"),
  "mirrored paddings": image((x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 0],
      ],
      "reflect",
    ),
  ),
  "batch norm": (x) => {
    const [mean, variance, offset, scale] = [0, 1, 2, 3].map((i) =>
      tf.tensor1d(numbers([24], 0.5, 2, i / 7).data as Float32Array),
    );
    return tf.add(
      tf.batchNorm2d(
        x as Tensor2D,
        mean as Tensor1D,
        variance as Tensor1D,
        offset as Tensor1D,
        scale as Tensor1D,
      ),
      tf.batchNorm2d(x as Tensor2D, mean as Tensor1D, variance as Tensor1D),
    );
  },
};

describe("an op in a graph model", () => {
  it.each(Object.entries(ops))("has tfjs's value: %s", async (name, f) => {
    const network: Network = {
      name: name.replaceAll(" ", "-"),
      params: { trunk: [], heads: {} },
      model: {
        apply: (_, { x, ids }: { x: Tensor; ids: Tensor1D }) => ({
          y: tf.add(tf.cast(f(x, ids), "float32"), 0),
        }),
      },
      batch: (rows) => ({
        x: numbers([rows, 24]),
        ids: {
          dtype: "int32",
          shape: [rows],
          data: Int32Array.from({ length: rows }, (_, i) => (3 * i) % 5),
        },
      }),
    };
    const loaded = await throughDisk(network);
    for (const rows of [2, 5]) await expectSame(network, loaded, rows);
  });
});

describe("a model that cannot be a graph model", () => {
  const params = { trunk: [], heads: {} };
  const exported = (f: (x: Tensor) => Tensor, options?: GraphModelOptions): Promise<unknown> =>
    toGraphModel(
      { apply: (_: unknown, x: Tensor) => ({ y: f(x) }) } as never,
      params,
      { shape: [4, 2] },
      options,
    );

  it("names the kernel that TensorFlow has not, and the line", async () => {
    const model = {
      apply: (_: unknown, { x, ids }: { x: Tensor; ids: Tensor1D }) => ({ y: segmentMax(x, ids, 3) }),
    };
    const specs: Tree<Spec> = { x: { shape: [8, 3] }, ids: { shape: [8], dtype: "int32" } };
    const { code, message } = await refused(toGraphModel(model as never, params, specs));
    expect(code).toBe("unsupported");
    expect(message).toContain('"SegmentMax"');
    expect(message).toContain("graph-model.test.ts");
  });

  it("may have segment sums and means", async () => {
    const network = graphNetwork();
    await expectSame(network, await throughDisk(network, { batchSize: "fixed" }), 4);
  });

  it.each<[string, (x: Tensor) => Tensor]>([
    ["divides by the batch size", (x) => tf.div(x, x.shape[0]!)],
    ["numbers the rows", (x) => tf.add(x, tf.reshape(tf.range(0, x.shape[0]!), [-1, 1]))],
    ["takes half of the batch", (x) => tf.slice(x, [0, 0], [Math.floor(x.shape[0]! / 2), 2])],
    ["holds for one size", (x) => tf.reshape(x, [8])],
  ])("for any size is refused: it %s", async (_, f) => {
    expect((await refused(exported(f))).code).toBe("unsupported");
    await exported(f, { batchSize: "fixed" });
  });

  it("may not have names that tf.js splits", async () => {
    const model = { apply: (_: unknown, x: Tensor) => ({ "y:0": tf.relu(x) }) };
    expect((await refused(toGraphModel(model as never, params, { shape: [4, 2] }))).code).toBe("bad-option");
  });
});
