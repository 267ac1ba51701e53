import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile, gradients } from "@outrigger/core/graph/index";
import { fromLayersModel } from "@outrigger/core/interchange/layers-model";
import { loadWeights } from "@outrigger/core/interchange/load-weights";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import { toOnnxFile } from "@outrigger/core/interchange/onnx-file";
import { readOnnxWeights } from "@outrigger/core/interchange/onnx-weights";
import { dense } from "@outrigger/core/nn/dense";
import { adamw } from "@outrigger/core/optimize/adamw";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import type { Model, Params } from "@outrigger/core/train/model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { pcgrad } from "@outrigger/core/weighting/pcgrad";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { LayersModel, Scalar, Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import { toy } from "../fixtures/toy.ts";
import { numbers } from "../graph/case.ts";
import { reference } from "./reference.ts";

const folder = mkdtempSync(join(tmpdir(), "layers-training-"));
afterAll(() => rmSync(folder, { recursive: true }));

const l = tf.layers;
const random = Random.seeded(1, "init");
const seeded = (seed: number) => tf.initializers.glorotUniform({ seed });
const tensor = ({ data, shape }: NDArray): Tensor => tf.tensor(data, [...shape]);
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

/** Convolutions of every kind, batch norm, pools and a residual connection. */
function residual(): LayersModel {
  const images = tf.input({ shape: [8, 8, 2], name: "images" });
  const use = (layer: unknown, ...inputs: tf.SymbolicTensor[]): tf.SymbolicTensor =>
    (layer as tf.layers.Layer).apply(inputs.length === 1 ? inputs[0]! : inputs) as tf.SymbolicTensor;
  const kernel = (seed: number) => ({ kernelInitializer: seeded(seed), padding: "same" as const });
  let x = use(l.conv2d({ filters: 4, kernelSize: 3, ...kernel(1), name: "stem" }), images);
  x = use(l.batchNormalization({ name: "norm" }), x);
  x = use(l.activation({ activation: "relu" }), x);
  let y = use(
    l.separableConv2d({
      filters: 4,
      kernelSize: 3,
      padding: "same",
      depthwiseInitializer: seeded(2),
      pointwiseInitializer: seeded(3),
      name: "separable",
    }),
    x,
  );
  y = use(l.batchNormalization({ name: "norm-two" }), y);
  x = use(l.add(), x, y);
  x = use(l.maxPooling2d({ poolSize: 2 }), x);
  x = use(
    l.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2, kernelInitializer: seeded(4), name: "up" }),
    x,
  );
  x = use(l.averagePooling2d({ poolSize: 4 }), x);
  x = use(l.flatten(), x);
  return tf.model({
    inputs: images,
    outputs: use(l.dense({ units: 2, kernelInitializer: seeded(5), name: "out" }), x),
  });
}

const images = numbers([3, 8, 8, 2]);
const targets = numbers([3, 2]);

describe("a convolutional Keras-style model from disk", () => {
  it.each([
    ["ONNX Runtime", { threads: 1 }],
    ["tfjs", reference],
  ] as const)("has tfjs's loss, gradients and new statistics on %s", async (_, options) => {
    await residual().save(modelFolder(join(folder, "residual")));
    const load = (): Promise<LayersModel> => tf.loadLayersModel(modelFolder(join(folder, "residual")));
    const [ours, theirs] = [await load(), await load()];
    const trunk = fromLayersModel(ours);
    const params = trunk.init(random);
    const f = (p: Record<string, Tensor>, x: Tensor, y: Tensor): unknown => {
      const loss = tf.mean(tf.square(tf.sub(trunk.apply(p, x, { training: true }), y)));
      return [loss, gradients([loss as Scalar], p)[0]];
    };
    const found = leaves<NDArray>(await compile(f as never, options)(params, images, targets));
    const variables = theirs.trainableWeights.map((w) => w.read() as tf.Variable);
    const [x, y] = [tensor(images) as Tensor4D, tensor(targets) as Tensor2D];
    const { value, grads } = tf.variableGrads(
      () => tf.mean(tf.square(tf.sub(theirs.apply(x, { training: true }) as Tensor, y))) as Scalar,
      variables,
    );
    expect(Math.abs(found[0]!.data[0]! - value.dataSync()[0]!)).toBeLessThan(1e-5);
    const names = Object.keys(params);
    expect(names).toHaveLength(variables.length);
    const byName = Object.fromEntries(names.map((name, i) => [name, grads[variables[i]!.name]!]));
    const expected = leaves(byName as Tree<Tensor>).map((g) => g.dataSync());
    const scale = Math.max(...expected.map((g) => Math.max(...Array.from(g, Math.abs))));
    for (const [i, gradient] of expected.entries()) {
      expect(largest(found[i + 1]!.data, gradient)).toBeLessThan(1e-5 * Math.max(scale, 1));
    }
    const [after, wanted] = [await trunk.state.read(), await fromLayersModel(theirs).state.read()];
    expect(Object.keys(after)).toHaveLength(4);
    for (const [name, { data }] of Object.entries(after)) {
      expect(largest(data, wanted[name]!.data)).toBeLessThan(1e-6);
    }
  });
});

/** The toy data's model with a Keras-style trunk. */
function toyModel(
  layers: LayersModel,
  names: readonly string[],
): Model<ColumnBatch<Tensor2D>> & { trunk: ReturnType<typeof fromLayersModel> } {
  const trunk = fromLayersModel(layers);
  const head = dense({ inputs: 8, outputs: 1 });
  return {
    trunk,
    state: trunk.state,
    init: (stream) => ({
      trunk: trunk.init(stream),
      heads: Object.fromEntries(names.map((name) => [name, head.init(stream)])),
    }),
    apply(params, { inputs }, mode) {
      const hidden = trunk.apply(params.trunk as never, inputs, mode);
      return Object.fromEntries(
        names.map((name) => [name, head.apply(params.heads[name] as never, hidden, mode)]),
      );
    },
  };
}

describe("fit", () => {
  it.each([uniform(), pcgrad()])(
    "trains a Keras-style trunk with its dropout and batch norm under $name",
    async (method) => {
      const { tasks, train, validation, test } = toy();
      const layers = tf.sequential({
        layers: [
          l.dense({
            units: 8,
            inputShape: [3],
            kernelInitializer: seeded(1),
            activation: "relu",
            name: "hidden",
          }),
          l.batchNormalization({ name: "norm", momentum: 0.9 }),
          l.dropout({ rate: 0.1 }),
        ],
      });
      const model = toyModel(
        layers,
        tasks.map(({ name }) => name),
      );
      const options = {
        tasks,
        train,
        validation,
        method,
        optimizer: adamw({ learningRate: 0.03, weightDecay: 0.1 }),
        epochs: 15,
        seed: 1,
        progress: "none" as const,
        threads: 1,
      };
      const before = await model.trunk.state.read();
      const fitted = await fit(model, options);
      const rmse = (await fitted.evaluate(test)).y!.rmse!;
      const start = (await fit(model, { ...options, epochs: 1 })).history[0]!.validation.y!.rmse!;
      expect(rmse).toBeLessThan(0.9 * start);
      // Statistics moved, and no optimiser pulled at them: they are no parameters.
      expect(await model.trunk.state.read()).not.toEqual(before);
      expect(Object.keys(fitted.params.trunk)).toEqual([
        "hidden/bias",
        "hidden/kernel",
        "norm/beta",
        "norm/gamma",
      ]);
      const again = await fit(model, options);
      expect(leaves<NDArray>(again.last as Tree<NDArray>)).toEqual(
        leaves<NDArray>(fitted.last as Tree<NDArray>),
      );
      const bytes = await toOnnxFile(model, fitted.params, { inputs: { shape: [4, 3] } });
      const params = loadWeights(model.init(random) as Tree<NDArray>, readOnnxWeights(bytes)) as Params;
      expect(params).toEqual(loadWeights(fitted.params as Tree<NDArray>, new Map(), { partial: true }));
      for (const run of [fitted, again]) await run.dispose();
    },
  );
});

/** A trunk whose batch norm moves fast, so that the epochs' statistics differ. */
const normalised = (): LayersModel =>
  tf.sequential({
    layers: [
      l.dense({
        units: 8,
        inputShape: [3],
        kernelInitializer: seeded(1),
        activation: "relu",
        name: "hidden",
      }),
      l.batchNormalization({ momentum: 0.5, name: "norm" }),
    ],
  });

describe("moving statistics", () => {
  const { tasks, train, validation } = toy();
  const names = tasks.map(({ name }) => name);
  const options = {
    tasks,
    train,
    validation,
    method: uniform(),
    optimizer: adamw({ learningRate: 0.03 }),
    seed: 1,
    progress: "none" as const,
    threads: 1,
  };

  it("are continued from a checkpoint, bit for bit, by a model that never saw the run", async () => {
    const [whole, first, second] = [0, 1, 2].map(() => toyModel(normalised(), names));
    const undisturbed = await fit(whole!, { ...options, epochs: 6 });
    const directory = join(folder, "continued");
    const abort = new AbortController();
    let steps = 0;
    const interrupted = await fit(first!, {
      ...options,
      epochs: 6,
      directory,
      signal: abort.signal,
      progress: ({ kind }) => {
        if (kind === "step" && ++steps === 2 * train.size + 2) abort.abort();
      },
    });
    expect(interrupted.stopped).toBe("signal");
    const continued = await fit(second!, { ...options, epochs: 6, directory });
    expect(leaves<NDArray>(continued.last as Tree<NDArray>)).toEqual(
      leaves<NDArray>(undisturbed.last as Tree<NDArray>),
    );
    expect(continued.history).toEqual(undisturbed.history);
    expect(await second!.trunk.state.read()).toEqual(await whole!.trunk.state.read());
  });

  it("are those of the best epoch after the run", async () => {
    const model = toyModel(normalised(), names);
    // A step so long that the first epoch stays the best.
    const long = { ...options, optimizer: adamw({ learningRate: 3 }) };
    const fitted = await fit(model, { ...long, epochs: 4 });
    expect(fitted.best!.epoch).toBeLessThan(3);
    const found = (await fitted.evaluate(validation)).y!.rmse!;
    expect(found).toBe(fitted.best!.value);
    expect(fitted.history[fitted.best!.epoch]!.validation.y!.rmse).toBe(found);
  });

  it("are put back when a step is passed over", async () => {
    const [broken, sound] = [0, 1].map(() => toyModel(normalised(), names));
    const poisoned: typeof train = {
      ...train,
      *epoch(stream) {
        let i = 0;
        for (const batch of train.epoch(stream)) {
          const inputs = { ...batch.inputs, data: batch.inputs.data.slice().fill(Number.NaN) };
          yield i++ === train.size - 1 ? { ...batch, inputs } : batch;
        }
      },
    };
    const fitted = await fit(broken!, { ...options, train: poisoned, epochs: 1, onNonFinite: "skip-step" });
    expect(fitted.history[0]!.skipped).toBe(1);
    const short: typeof train = {
      ...train,
      size: train.size - 1,
      *epoch(stream) {
        let i = 0;
        for (const batch of train.epoch(stream)) if (i++ < train.size - 1) yield batch;
      },
    };
    await fit(sound!, { ...options, train: short, epochs: 1, onNonFinite: "skip-step" });
    const state = await broken!.trunk.state.read();
    expect(Object.keys(state)).toHaveLength(2);
    expect(state).toEqual(await sound!.trunk.state.read());
  });
});
