import {
  adam,
  array,
  arrayBatches,
  column,
  dense,
  fit,
  hardSharing,
  mlp,
  Random,
  regression,
  uniform,
} from "@outrigger/core";
import * as tf from "@tensorflow/tfjs";

const samples = { labelled: 40, train: 200, validation: 100, test: 200 };

/** y = sin(2 x₀) + x₁ with noise of 0.1 and 40 labels in training, and a = sin(2 x₀) with 200; x ~ N(0, 1), four of them. */
function data() {
  const random = Random.seeded(0, "data");
  const count = samples.train + samples.validation + samples.test;
  const x = Float32Array.from({ length: 4 * count }, () => random.normal());
  const rows = Array.from({ length: count }, (_, row) => row);
  const a = rows.map((row) => Math.sin(2 * x[4 * row]));
  const y = rows.map((row) => {
    const value = a[row] + x[4 * row + 1] + 0.1 * random.normal();
    return row < samples.labelled || row >= samples.train ? value : null;
  });
  const columns = { y: column("y", y), a: column("a", a) };
  const part = (from, to) =>
    arrayBatches({ inputs: array(x, [count, 4]), columns, rows: rows.slice(from, to), batchSize: 50 });
  const end = samples.train + samples.validation;
  return { train: part(0, samples.train), validation: part(samples.train, end), test: part(end, count) };
}

/**
 * Trains y with the help of a, on ONNX Runtime in WebAssembly, until the epochs are over or the signal is aborted.
 *
 * @param {{ epochs: number, signal?: AbortSignal, progress?: import("@outrigger/core").FitCallback }} options
 * @returns {Promise<{ stopped: string, epochsDone: number, rmse: number }>} why it ended, how many epochs it took, and the error of the best one on test
 */
export async function training({ epochs, signal, progress = () => {} }) {
  const { test, ...batches } = data();
  const head = dense({ inputs: 16, outputs: 1 });
  const model = hardSharing({
    layers: [mlp({ sizes: [4, 32, 16], activation: tf.tanh })],
    heads: { y: head, a: head },
  });
  const fitted = await fit(model, {
    ...batches,
    tasks: [regression({ name: "y", role: "primary" }), regression({ name: "a", role: "auxiliary" })],
    method: uniform(),
    optimizer: adam({ learningRate: 0.01 }),
    device: "cpu",
    epochs,
    seed: 0,
    signal,
    progress,
  });
  const { y } = await fitted.evaluate(test);
  await fitted.dispose();
  return { stopped: fitted.stopped, epochsDone: fitted.history.length, rmse: /** @type {number} */ (y.rmse) };
}
