/**
 * One of our models at the same sizes, data and schedule as ../peers/chemprop_epochs.py, and with the same protocol:
 *
 *     train-worker.ts FILE THREADS EPOCHS BATCH SEED MODEL
 */
import { readFileSync, readSync } from "node:fs";
import { column, standardize } from "@outrigger/core/data/column";
import { leaves, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { regression } from "@outrigger/core/train/task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { modelInputs } from "../../src/batch/model-inputs.ts";
import type { Split } from "../../src/data/split.ts";
import { type ModelChoice, moleculeModel } from "../../src/model/molecule-model.ts";

interface TrainingProblem {
  readonly smiles: readonly string[];
  readonly labels: readonly number[];
  readonly split: Split;
}

const CHOICES: Readonly<Record<string, ModelChoice>> = {
  "d-mpnn": { name: "d-mpnn", width: 300, depth: 3, dropout: 0, readout: "mean" },
  "d-mpnn-sum": { name: "d-mpnn", width: 300, depth: 3, dropout: 0, readout: "sum" },
  gin: { name: "gin", width: 300, depth: 5, dropout: 0 },
};

const [file, threads, epochs, batchSize, seed, name] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
  string,
];
const { smiles, labels, split } = JSON.parse(readFileSync(file, "utf8")) as TrainingProblem;
const choice = CHOICES[name]!;
const answer = (value: object): void => console.log(JSON.stringify(value));
const waitForLine = (): void => {
  const byte = Buffer.alloc(1);
  while (readSync(0, byte) === 1 && byte[0] !== 10);
};

const { column: y, scaler } = standardize(column("y", labels), split.train);
const inputs = await modelInputs(choice, smiles);
const batches = (rows: readonly number[]) =>
  inputs.batches({ columns: { y }, rows, batchSize: Number(batchSize) });
const train = batches(split.train);
const { model } = moleculeModel(choice, { tasks: ["y"] });

/** chemprop's schedule: up from 1e-4 to 1e-3 in two epochs, then down to 1e-4 by the same factor a step. */
const warmup = 2 * train.size;
const falling = Number(epochs) * train.size - warmup;
const rate = (t: number): number =>
  t < warmup ? 1e-4 + (9e-4 * t) / warmup : 1e-3 * 0.1 ** Math.min(1, (t - warmup) / falling);

const parameters = leaves<NDArray>(model.init(Random.seeded(0, "init")) as Tree<NDArray>);
const count = parameters.reduce((sum, { data }) => sum + data.length, 0);
answer({ version: `${name}, ${count} parameters` });
waitForLine();
let start = { wall: performance.now(), processor: process.cpuUsage() };
const fitted = await fit(model, {
  tasks: [regression({ name: "y", role: "primary", scaler })],
  method: singleTask(),
  optimizer: adam({ learningRate: rate }),
  train,
  validation: batches(split.validation),
  epochs: Number(epochs),
  seed: Number(seed),
  threads: Number(threads),
  progress: "none",
  onEpoch({ epoch, validation }) {
    const { user, system } = process.cpuUsage(start.processor);
    const wall = (performance.now() - start.wall) / 1000;
    answer({ wall, processor: (user + system) / 1e6, rmse: validation["y"]!["rmse"] });
    if (epoch + 1 < Number(epochs)) waitForLine();
    start = { wall: performance.now(), processor: process.cpuUsage() };
  },
});
const test = await fitted.evaluate(batches(split.test));
answer({ validation: fitted.best!.value, test: test["y"]!["rmse"] });
await fitted.dispose();
