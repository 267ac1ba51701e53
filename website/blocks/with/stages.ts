import * as tf from "@tensorflow/tfjs";
import {
  adam, array, arrayBatches, column, dense, fitInStages, hardSharing, regression, singleTask, staticWeights, uniform,
} from "@outrigger/core";

const rows = Array.from({ length: 40 }, (_, i) => i);
const columns = Object.fromEntries(
  ["y", "a", "b"].map((name, k) => [name, column(name, rows.map((i) => Math.sin(i + k)))]),
);
const inputs = array(Float32Array.from({ length: 120 }, (_, i) => Math.sin(7 * i)), [40, 3]);
const train = arrayBatches({ inputs, columns, rows: rows.slice(0, 30), batchSize: 10 });
const validation = arrayBatches({ inputs, columns, rows: rows.slice(30), batchSize: 10 });
const tasks = [
  regression({ name: "y", role: "primary" }),
  regression({ name: "a", role: "auxiliary" }),
  regression({ name: "b", role: "auxiliary" }),
];
const head = dense({ inputs: 4, outputs: 1 });
const model = hardSharing({
  layers: [dense({ inputs: 3, outputs: 4, activation: tf.tanh })],
  heads: { y: head, a: head, b: head },
});
const optimizer = adam();
const seed = 0;
const directory = "runs/stages";
