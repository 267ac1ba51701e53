import { arrayBatches } from "@outrigger/core/data/batches";
import { column } from "@outrigger/core/data/column";
import { array } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { adam } from "@outrigger/core/optimize/adam";
import { sgd } from "@outrigger/core/optimize/sgd";
import { auxTs } from "@outrigger/core/procedure/aux-ts";
import { Random } from "@outrigger/core/random";
import { fit } from "@outrigger/core/train/fit";
import { splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, regression } from "@outrigger/core/train/task";
import type { Tensor2D } from "@tensorflow/tfjs";
import { expect, it } from "vitest";

const [inputs, rows, held] = [8, 100, 60];
const random = Random.seeded(7, "aux-ts");
const x = Float32Array.from({ length: (rows + held) * inputs }, () => random.normal());
const direction = Array.from({ length: inputs }, () => random.normal() / Math.sqrt(inputs));
const truth = (row: number): number => direction.reduce((sum, d, i) => sum + d * x[row * inputs + i]!, 0);
const wrong = Array.from({ length: rows + held }, (_, row) => row < rows && row % 5 < 2);
const columns = {
  y: column(
    "y",
    wrong.map((_, row) => (row < 6 || row >= rows ? truth(row) : null)),
  ),
  a: column(
    "a",
    wrong.map((is, row) => (row >= rows ? null : is ? -2 * truth(row) : truth(row))),
  ),
};
const batches = (from: number, to: number) =>
  arrayBatches({
    inputs: array(x, [rows + held, inputs]),
    columns,
    rows: Array.from({ length: to - from }, (_, i) => from + i),
    batchSize: to - from,
  });

const [trunk, head] = [dense({ inputs, outputs: 4 }), dense({ inputs: 4, outputs: 1 })];
const model = splitModel<ColumnBatch<Tensor2D>>({
  init: (stream) => ({
    trunk: trunk.init(stream),
    heads: { y: head.init(stream), a: head.init(stream) },
  }),
  represent: (params, batch, mode) => trunk.apply(params as never, batch.inputs, mode),
  decode: (params, z, _, mode) => head.apply(params as never, z, mode),
});

it("labels that lead the other way get less weight than right ones of the same task", async () => {
  const seen: number[][] = [];
  // In fixed order, so that the weights' is known.
  const train = batches(0, rows);
  const fitted = await fit(model, {
    tasks: [regression({ name: "y", role: "primary" }), regression({ name: "a", role: "auxiliary" })],
    method: auxTs({
      optimizer: adam({ learningRate: 0.001 }),
      onWeights: (weights) => seen.push([...weights]),
    }),
    optimizer: sgd({ learningRate: 0.1 }),
    train: { ...train, epoch: () => train.epoch(null) } as never,
    validation: batches(rows, rows + held / 2) as never,
    dev: batches(rows + held / 2, rows + held) as never,
    epochs: 100,
    seed: 0,
    progress: "none",
    threads: 1,
  });
  await fitted.dispose();
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const learnt = seen.slice(50);
  const of = (is: boolean): number =>
    mean(learnt.map((weights) => mean(weights.slice(rows).filter((_, row) => wrong[row] === is))));
  expect(of(false) - of(true)).toBeGreaterThan(0.15);
  expect(seen).toHaveLength(100);
});
