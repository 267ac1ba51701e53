import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray } from "@outrigger/core/graph/array";
import { toGraphModel } from "@outrigger/core/interchange/graph-model";
import { fromLayersModel } from "@outrigger/core/interchange/layers-model";
import { modelFolder } from "@outrigger/core/interchange/model-folder";
import { toOnnxFile } from "@outrigger/core/interchange/onnx-file";
import { Random } from "@outrigger/core/random";
import type { LayersModel, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import ort from "onnxruntime-node";
import { afterAll, describe, expect, it } from "vitest";
import { numbers } from "../graph/case.ts";

const folder = mkdtempSync(join(tmpdir(), "layers-export-"));
afterAll(() => rmSync(folder, { recursive: true }));

const l = tf.layers;
const kernel = tf.initializers.glorotUniform({ seed: 3 });
const recurrent = { units: 3, kernelInitializer: kernel, recurrentInitializer: kernel };

const models: readonly [string, () => LayersModel][] = [
  [
    "convolutions and batch norm",
    () =>
      tf.sequential({
        layers: [
          l.conv2d({ filters: 3, kernelSize: 3, strides: 2, inputShape: [7, 6, 2], padding: "same" }),
          l.batchNormalization({ movingMeanInitializer: "ones", momentum: 0.9 }),
          l.leakyReLU(),
          l.depthwiseConv2d({ kernelSize: 2, padding: "same" }),
          l.globalAveragePooling2d({} as never),
          l.dense({ units: 2, activation: "softmax" }),
        ],
      }),
  ],
  ["an LSTM", () => tf.sequential({ layers: [l.lstm({ ...recurrent, inputShape: [4, 2] })] })],
  [
    "GRUs in both directions",
    () =>
      tf.sequential({
        layers: [
          l.bidirectional({
            layer: l.gru({ ...recurrent, returnSequences: true }) as never,
            mergeMode: "concat",
            inputShape: [4, 2],
          } as never),
          l.timeDistributed({ layer: l.dense({ units: 2 }) }),
        ],
      }),
  ],
];

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (v, i) => Math.abs(v - b[i]!)));

describe("a Keras-style model with", () => {
  it.each(models)("%s predicts the same from an ONNX file and from a graph model", async (name, make) => {
    const layers = make();
    const trunk = fromLayersModel(layers);
    const params = { trunk: trunk.init(Random.seeded(0, "init")), heads: {} };
    const model = {
      apply: ({ trunk: p }: { trunk: Record<string, Tensor> }, x: Tensor) => ({
        y: trunk.apply(p, x, { training: false }),
      }),
    } as never;
    const [, ...shape] = layers.inputs[0]!.shape as number[];
    const spec = { shape: [2, ...shape] };
    const session = await ort.InferenceSession.create(await toOnnxFile(model, params, spec));
    const place = modelFolder(join(folder, name));
    await place.save(await toGraphModel(model, params, spec));
    const loaded = await tf.loadGraphModel(place);
    for (const rows of [1, 5]) {
      const x: NDArray = numbers([rows, ...shape]);
      const input = tf.tensor(x.data, [...x.shape]);
      const wanted = (layers.predict(input) as Tensor).dataSync();
      const { y } = await session.run({ input: new ort.Tensor("float32", x.data as Float32Array, x.shape) });
      expect(largest(wanted, y!.data as Float32Array)).toBeLessThan(1e-5);
      expect(largest(wanted, (loaded.predict(input) as Tensor).dataSync())).toBeLessThan(1e-6);
      expect(Math.max(...Array.from(wanted, Math.abs))).toBeGreaterThan(1e-2);
    }
    await session.release();
  });
});
