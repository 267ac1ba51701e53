import * as tf from "@tensorflow/tfjs";
import { array, arrayBatches, column, dense, hardSharing, Random } from "@outrigger/core";

const random = Random.seeded(1, "data");
const features = Float32Array.from({ length: 120 * 4 }, () => random.normal());
const values = (f: (a: number, b: number) => number) =>
  Array.from({ length: 120 }, (_, i) => f(features[4 * i]!, features[4 * i + 1]!));
const columns = {
  solubility: column("solubility", values((a, b) => a - b * b)),
  logP: column("logP", values((a) => a)),
  tpsa: column("tpsa", values((_, b) => b * b)),
};
const part = (from: number, to: number) =>
  arrayBatches({
    inputs: array(features, [120, 4]),
    columns,
    rows: Array.from({ length: to - from }, (_, i) => from + i),
    batchSize: 20,
  });
const train = part(0, 80);
const validation = part(80, 120);
const scaler = { mean: 0, sd: 1 };
const head = dense({ inputs: 8, outputs: 1 });
const model = hardSharing({
  layers: [dense({ inputs: 4, outputs: 8, activation: tf.relu })],
  heads: { solubility: head, logP: head, tpsa: head },
});
