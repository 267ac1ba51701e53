import * as tf from "@tensorflow/tfjs";
import { adam, array, arrayBatches, column, dense, fit, regression, rotograd, splitModel } from "@outrigger/core";

const rows = Array.from({ length: 40 }, (_, i) => i);
const batches = arrayBatches({
  inputs: array(Float32Array.from({ length: 120 }, (_, i) => Math.sin(7 * i)), [40, 3]),
  columns: { y: column("y", rows.map(Math.sin)), helper: column("helper", rows.map(Math.cos)) },
  rows,
  batchSize: 10,
});
const trunk = dense({ inputs: 3, outputs: 4, activation: tf.tanh });
const head = dense({ inputs: 4, outputs: 1 });
const common = {
  tasks: [regression({ name: "y", role: "primary" }), regression({ name: "helper", role: "auxiliary" })],
  optimizer: adam(),
  train: batches,
  validation: batches,
  epochs: 2,
  seed: 0,
} as const;
