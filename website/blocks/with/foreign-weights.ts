import { array, arrayBatches, dense, hardSharing, loadWeights, Random, readOnnxWeights, toOnnxFile } from "@outrigger/core";

const random = Random.seeded(0, "init");
const model = hardSharing({
  layers: [dense({ inputs: 3, outputs: 3 })],
  heads: { y: dense({ inputs: 3, outputs: 3 }) },
});
const bytes = await toOnnxFile(model, model.init(random), { inputs: { shape: [2, 3] } });
const names = {
  "trunk/0/kernel": "trunk/0/kernel",
  "trunk/0/bias": "trunk/0/bias",
  "heads/y/kernel": "heads/y/kernel",
  "heads/y/bias": "heads/y/bias",
} as Record<string, string>;
