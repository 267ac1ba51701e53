import {
  adam,
  arml,
  array,
  arrayBatches,
  type ColumnBatch,
  column,
  compile,
  dense,
  every,
  fit,
  grad,
  type NDArray,
  regression,
  splitModel,
} from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

const some = (shape: readonly number[]) =>
  array(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
    shape,
  );

const loss = (w: Tensor, x: Tensor, y: Tensor) => tf.mean(tf.square(tf.sub(tf.matMul(x, w), y)));
const step = compile(grad(loss));
const gradient = (await step(some([8, 1]), some([32, 8]), some([32, 1]))) as NDArray;
console.log(`gradient of shape ${gradient.shape.join("×")}`);

const rows = Array.from({ length: 40 }, (_, i) => i);
const batches = arrayBatches({
  inputs: some([40, 3]),
  columns: { y: column("y", rows.map(Math.sin)), helper: column("helper", rows.map(Math.cos)) },
  rows,
  batchSize: 10,
});
const trunk = dense({ inputs: 3, outputs: 8, activation: tf.tanh });
const head = dense({ inputs: 8, outputs: 1 });
type Dense = Parameters<typeof trunk.apply>[0];
const model = splitModel<ColumnBatch>({
  init: (random) => ({
    trunk: trunk.init(random),
    heads: { y: head.init(random), helper: head.init(random) },
  }),
  represent: (params, { inputs }, mode) => trunk.apply(params as Dense, inputs as Tensor, mode),
  decode: (params, z, _batch, mode) => head.apply(params as Dense, z, mode),
});
const fitted = await fit(model, {
  tasks: [regression({ name: "y", role: "primary" }), regression({ name: "helper", role: "auxiliary" })],
  method: every(2, arml()),
  optimizer: adam(),
  train: batches,
  validation: batches,
  epochs: 3,
  seed: 0,
  progress: "none",
});
const rmse = (await fitted.evaluate(batches))["y"]?.["rmse"];
await fitted.dispose();
if (typeof rmse !== "number" || !(rmse < 2)) throw new Error(`The error of training is ${rmse}.`);
console.log(`RMSE ${rmse.toFixed(3)}`);
