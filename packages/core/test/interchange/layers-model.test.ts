import { array, leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { compile, gradients } from "@outrigger/core/graph/index";
import { fromLayersModel, type LayersParams } from "@outrigger/core/interchange/layers-model";
import { Random } from "@outrigger/core/random";
import type { LayersModel, Tensor, Tensor2D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";
import { thrown } from "../support/errors.ts";
import { reference } from "./reference.ts";

const random = Random.seeded(1, "init");
const l = tf.layers;

/** Initialisers with seeds, so that two builds are equal. */
const kernel = (seed: number) => tf.initializers.glorotUniform({ seed });

function normalised(): LayersModel {
  return tf.sequential({
    layers: [
      l.dense({ units: 5, inputShape: [4], name: "first", kernelInitializer: kernel(1), activation: "relu" }),
      l.batchNormalization({ name: "norm", momentum: 0.8 }),
      l.dense({ units: 1, name: "last", kernelInitializer: kernel(2) }),
    ],
  });
}

const x = numbers([6, 4]);
const y = numbers([6, 1]);
const tensor = ({ data, shape }: NDArray): Tensor => tf.tensor(data, [...shape]);
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

function lossOf(model: LayersModel, training: boolean, update = true) {
  const trunk = fromLayersModel(model);
  const f = (p: Record<string, Tensor>, input: Tensor, target: Tensor): unknown => {
    const loss = tf.mean(tf.square(tf.sub(trunk.apply(p, input, { training, update }), target)));
    return { loss, gradient: gradients([loss as never], p)[0]! };
  };
  return { trunk, step: compile(f as never, reference) };
}

type Stepped = { loss: NDArray; gradient: Record<string, NDArray> };

describe("a LayersModel as a trunk", () => {
  it("takes the step that tfjs's own fit takes: loss, weights and moving statistics", async () => {
    const [ours, theirs] = [normalised(), normalised()];
    const { trunk, step } = lossOf(ours, true);
    const rate = 0.1;
    const params = trunk.init(random) as Record<string, NDArray>;
    theirs.compile({ optimizer: tf.train.sgd(rate), loss: "meanSquaredError" });
    for (let i = 0; i < 3; i++) {
      const { loss, gradient } = (await step(params, x, y)) as unknown as Stepped;
      for (const [name, { data }] of Object.entries(params)) {
        data.forEach((v, j) => {
          data[j] = v - rate * gradient[name]!.data[j]!;
        });
      }
      const [xs, ys] = [tensor(x), tensor(y)];
      const history = await theirs.fit(xs, ys, { batchSize: 6, epochs: 1, shuffle: false });
      expect(Math.abs(loss.data[0]! - (history.history.loss![0] as number))).toBeLessThan(1e-6);
    }
    trunk.store(params);
    expect(ours.weights.length).toBe(8);
    const found = ours.getWeights().map((w, i) => largest(w.dataSync(), theirs.getWeights()[i]!.dataSync()));
    expect(Math.max(...found)).toBeLessThan(1e-5);
    const before = normalised().getWeights().at(-1)!.dataSync();
    expect(largest(ours.getWeights().at(-1)!.dataSync(), before)).toBeGreaterThan(0.1);
  });

  it("uses the moving statistics in evaluation, on every call anew", async () => {
    const model = normalised();
    const { trunk, step } = lossOf(model, true);
    const params = trunk.init(random);
    const evaluate = compile(((p: Record<string, Tensor>, input: Tensor) =>
      trunk.apply(p, input, { training: false })) as never);
    const first = (await evaluate(params, x)) as NDArray;
    expect(largest(first.data, (model.predict(tensor(x)) as Tensor).dataSync())).toBeLessThan(1e-6);
    await step(params, x, y);
    const second = (await evaluate(params, x)) as NDArray;
    expect(largest(second.data, (model.predict(tensor(x)) as Tensor).dataSync())).toBeLessThan(1e-6);
    expect(largest(first.data, second.data)).toBeGreaterThan(1e-2);
  });

  it("leaves the statistics alone in a pass that only looks, and saves and restores them", async () => {
    const { trunk, step } = lossOf(normalised(), true, false);
    const params = trunk.init(random);
    const before = await trunk.state.read();
    await step(params, x, y);
    expect(await trunk.state.read()).toEqual(before);
    const other: LayersParams = { ...before, "norm/moving_mean": array([1, 2, 3, 4, 5]) };
    trunk.state.write(other);
    expect(await trunk.state.read()).toEqual(other);
    trunk.init(random);
    expect(await trunk.state.read()).toEqual(before);
    expect(thrown(() => trunk.state.write({})).code).toBe("shape");
  });

  it("trains no frozen layer", () => {
    const model = normalised();
    model.getLayer("first").trainable = false;
    const params = fromLayersModel(model).init(random);
    expect(Object.keys(params).sort()).toEqual(["last/bias", "last/kernel", "norm/beta", "norm/gamma"]);
  });

  it("names weights by layer, whatever was built before in the process", () => {
    expect(Object.keys(fromLayersModel(normalised()).init(random))).toEqual(
      Object.keys(fromLayersModel(normalised()).init(random)),
    );
  });

  it("has several inputs and outputs by name, and shared layers once", async () => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const shared = l.dense({ units: 2, name: "shared", activation: "tanh" });
    const [p, q] = [shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[];
    const sum = l.add({ name: "sum" }).apply([p!, q!]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: [a, b], outputs: [sum, p!] });
    const trunk = fromLayersModel(model);
    const params = trunk.init(random);
    expect(Object.keys(params)).toHaveLength(2);
    const [one, two] = [numbers([2, 3]), numbers([2, 3], -1, 1, 0.5)];
    const run = compile(((w: Record<string, Tensor>, s: Tensor, t: Tensor) =>
      trunk.outputs(w, [s, t], { training: false })) as never);
    const found = (await run(params, one, two)) as Record<string, NDArray>;
    const expected = model.predict([tensor(one), tensor(two)]) as Tensor[];
    for (const [i, name] of model.outputNames.entries()) {
      expect(largest(found[name]!.data, expected[i]!.dataSync())).toBeLessThan(1e-6);
    }
    const { code, message } = thrown(() => trunk.apply(params as never, tensor(one), { training: false }));
    expect([code, message.includes("2 inputs")]).toEqual(["shape", true]);
  });

  it("adds the penalties of regularisers, with their gradient", async () => {
    const regularised = tf.sequential({
      layers: [
        l.dense({
          units: 2,
          inputShape: [3],
          kernelInitializer: kernel(4),
          kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
        }),
      ],
    });
    const trunk = fromLayersModel(regularised);
    const params = trunk.init(random);
    const run = compile(((p: Record<string, Tensor>) => {
      const value = trunk.penalty(p);
      return { value, gradient: gradients([value], p)[0]! };
    }) as never);
    const found = (await run(params)) as unknown as { value: NDArray; gradient: Record<string, NDArray> };
    const [name, { data }] = Object.entries(params).find(([key]) => key.endsWith("kernel"))!;
    expect(found.value.data[0]).toBeCloseTo(0.5 * Array.from(data).reduce((sum, v) => sum + v * v, 0), 5);
    expect(largest(found.gradient[name]!.data, Array.from(data))).toBeLessThan(1e-6);
  });
});

describe("models that cannot be trunks", () => {
  it.each([
    ["models without layers", () => tf.sequential({ name: "empty" }), "bad-model", "inputShape"],
    [
      "stateful recurrent layers",
      () =>
        tf.sequential({
          layers: [l.gru({ units: 2, stateful: true, batchInputShape: [2, 3, 1], name: "memory" })],
        }),
      "unsupported",
      "memory (GRU)",
    ],
    [
      "weight constraints",
      () =>
        tf.sequential({
          layers: [
            l.dense({ units: 1, inputShape: [2], name: "bound", kernelConstraint: tf.constraints.nonNeg() }),
          ],
        }),
      "unsupported",
      "bound/kernel",
    ],
  ])("are refused: %s", (_, make, code, says) => {
    const error = thrown(() => fromLayersModel(make()));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });
});

describe("recurrent and embedding layers", () => {
  it.each([
    [
      "gru",
      () => l.gru({ units: 3, kernelInitializer: kernel(1), recurrentInitializer: kernel(2), name: "r" }),
    ],
    [
      "lstm",
      () => l.lstm({ units: 3, kernelInitializer: kernel(1), recurrentInitializer: kernel(2), name: "r" }),
    ],
    [
      "rnn",
      () =>
        l.simpleRNN({ units: 3, kernelInitializer: kernel(1), recurrentInitializer: kernel(2), name: "r" }),
    ],
  ])("%s has tfjs's value and gradient on ONNX Runtime", async (_, make) => {
    const model = tf.sequential({
      layers: [
        l.embedding({ inputDim: 9, outputDim: 4, inputLength: 5, embeddingsInitializer: kernel(3) }),
        make() as never,
        l.dense({ units: 1, kernelInitializer: kernel(5) }),
      ],
    });
    const trunk = fromLayersModel(model);
    const params = trunk.init(random);
    const ids = array(Int32Array.from([1, 2, 3, 4, 5, 8, 7, 6, 5, 4]), [2, 5]);
    const loss = (p: Record<string, Tensor>, i: Tensor): Tensor =>
      tf.sum(tf.square(trunk.apply(p, i, { training: true })));
    const both = (p: Record<string, Tensor>, i: Tensor): unknown => {
      const value = loss(p, i);
      return [value, gradients([value as never], p)[0]];
    };
    const found = leaves<NDArray>(await compile(both as never)(params, ids));
    const variables = model.trainableWeights.map((w) => w.read() as tf.Variable);
    const id = tf.tensor(ids.data, [2, 5], "int32");
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(model.apply(id, { training: true }) as Tensor2D)) as tf.Scalar,
      variables,
    );
    expect(Math.abs(found[0]!.data[0]! - value.dataSync()[0]!)).toBeLessThan(1e-5);
    const byName = Object.fromEntries(Object.keys(params).map((key, i) => [key, grads[variables[i]!.name]!]));
    const order = leaves(byName as Tree<Tensor>);
    expect(order).toHaveLength(found.length - 1);
    order.forEach((gradient, i) => {
      expect(largest(found[i + 1]!.data, gradient.dataSync())).toBeLessThan(1e-5);
    });
  });
});
