import { adam, array, arrayBatches, column, dense, fit, Random, regression } from "@outrigger/core";
import * as tf from "@tensorflow/tfjs";
import { trust } from "./trust.js";

/** y = sin(2 x₀) + x₁ from 40 noisy labels, helped by 400 labels of sin(2 x₀) and misled by as many of x₂. */
function data() {
  const random = Random.seeded(0, "data");
  const samples = 400;
  const x = Float32Array.from({ length: 3 * samples }, () => random.normal());
  const row = (i) => [x[3 * i], x[3 * i + 1], x[3 * i + 2]];
  const each = (f) => Array.from({ length: samples }, (_, i) => f(row(i), i));
  const columns = {
    y: column(
      "y",
      each(([a, b], i) => (i < 40 || i >= 200 ? Math.sin(2 * a) + b + 0.1 * random.normal() : null)),
    ),
    helpful: column(
      "helpful",
      each(([a]) => Math.sin(2 * a)),
    ),
    misleading: column(
      "misleading",
      each(([, , c]) => 3 * c),
    ),
  };
  const split = (from, to) =>
    arrayBatches({
      inputs: array(x, [samples, 3]),
      columns,
      rows: Array.from({ length: to - from }, (_, i) => from + i),
      batchSize: 50,
    });
  return { train: split(0, 200), validation: split(200, 300), test: split(300, 400) };
}

const names = ["y", "helpful", "misleading"];
const trunk = dense({ inputs: 3, outputs: 32, activation: tf.tanh });
const head = dense({ inputs: 32, outputs: 1 });

const model = {
  init: (random) => ({
    trunk: trunk.init(random),
    heads: Object.fromEntries(names.map((name) => [name, head.init(random)])),
  }),
  apply(params, { inputs }, mode) {
    const hidden = trunk.apply(params.trunk, inputs, mode);
    return Object.fromEntries(names.map((name) => [name, head.apply(params.heads[name], hidden, mode)]));
  },
};

/** Trains under the rule; returns the error on test and the mean weights. */
export async function run(method = trust(), epochs = 60) {
  const { test, ...batches } = data();
  const fitted = await fit(model, {
    ...batches,
    tasks: names.map((name, k) => regression({ name, role: k === 0 ? "primary" : "auxiliary" })),
    method,
    optimizer: adam({ learningRate: 0.01 }),
    epochs,
    seed: 0,
    progress: "none",
  });
  const { y } = await fitted.evaluate(test);
  await fitted.dispose();
  const mean = (name) => fitted.history.reduce((sum, { weights }) => sum + weights[name], 0) / epochs;
  return { rmse: y.rmse, weights: Object.fromEntries(names.map((name) => [name, mean(name)])) };
}

if (process.argv[1] === import.meta.filename) {
  const { rmse, weights } = await run();
  console.log(`test RMSE ${rmse.toFixed(3)}; mean weights`, weights);
}
