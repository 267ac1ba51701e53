import { arrayBatches } from "@outrigger/core/data/batches";
import { type Column, column } from "@outrigger/core/data/column";
import { array, compile, gradients, type NDArray } from "@outrigger/core/graph/index";
import { dense } from "@outrigger/core/nn/dense";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import { classAccuracy } from "@outrigger/core/train/metric";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import { type ColumnBatch, classification } from "@outrigger/core/train/task";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor2D } from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { refused } from "./support/errors.ts";

type Batch = ColumnBatch<Tensor2D>;

const task = classification({ name: "y", role: "primary", classes: 3 });
const batchOf = (labels: number[], mask = labels.map(() => 1)) =>
  ({ inputs: [], labels: { y: array(labels) }, masks: { y: array(mask) } }) as never;

const logits = [0.3, -1.2, 2, 40, -40, 0, 1, 1, -3];
const labels = [2, 1, 0];

/** Values, and the gradient of their sum, of the three samples above. */
async function lossOf(batch: never): Promise<{ values: NDArray; gradient: NDArray }> {
  const compiled = compile(((output: Tensor2D, b: Batch) => {
    const { values } = task.loss(output, b);
    return { values, gradient: gradients([values.sum()], output)[0]! };
  }) as never);
  const found = await compiled(array(logits, [3, 3]), batch);
  await compiled.dispose();
  return found as never;
}

it("the loss is −log of the label's softmax, and its gradient softmax minus one-hot, also for logits far apart", async () => {
  const { values, gradient } = await lossOf(batchOf(labels));
  for (const [i, label] of labels.entries()) {
    const row = logits.slice(3 * i, 3 * i + 3);
    const greatest = Math.max(...row);
    const sum = row.reduce((all, z) => all + Math.exp(z - greatest), 0);
    const expected = Math.log(sum) + greatest - row[label]!;
    expect(Math.abs(values.data[i]! - expected)).toBeLessThan(1e-5 * Math.max(1, expected));
    for (const [c, z] of row.entries()) {
      const p = Math.exp(z - greatest) / sum;
      expect(gradient.data[3 * i + c]).toBeCloseTo(p - (c === label ? 1 : 0), 5);
    }
  }
});

it("a label that is no class gives NaN, unless it is masked", async () => {
  const { values } = await lossOf(batchOf([3, 0.5, -1], [1, 1, 0]));
  expect([...values.data].map(Number.isFinite)).toEqual([false, false, true]);
});

it("predicts the class of the greatest logit, the least among equals, and NaN where a logit is", () => {
  const found = task.predict!(array([0, 2, 1, 5, 5, 0, Number.NaN, 1, 2], [3, 3]));
  expect([...found]).toEqual([1, 0, Number.NaN]);
});

it("accuracy is the share of equal classes, null without rows", () => {
  const rows = (prediction: number[], label: number[]) => ({
    prediction: Float64Array.from(prediction),
    label: Float64Array.from(label),
  });
  expect(classAccuracy.compute(rows([0, 2, 1, 1], [0, 1, 1, 2]))).toBe(0.5);
  expect(classAccuracy.compute(rows([], []))).toBeNull();
});

it("refuses fewer than two classes, an output of another width, and labels that are no class", async () => {
  for (const classes of [1, 2.5, Number.NaN]) {
    const made = () => classification({ name: "y", role: "primary", classes });
    expect(made).toThrow(new RegExp(`classes of task "y" must be .* not ${classes}`));
  }
  expect(() => task.predict!(array([0, 1], [2, 1]))).toThrow(
    /output of task "y" is \[2, 1\].*\[samples, 3\]/,
  );
  expect([...task.labels!(batchOf([2, 7], [1, 0]))]).toEqual([2, Number.NaN]);
  expect(() => task.labels!(batchOf([0, 3]))).toThrow(/"y" has the label 3 in row 1 .* classes 0 to 2/);
});

const model: SplitModel<Batch> = (() => {
  const [trunk, head] = [dense({ inputs: 2, outputs: 8 }), dense({ inputs: 8, outputs: 3 })];
  return splitModel({
    init: (random) => ({ trunk: trunk.init(random), heads: { y: head.init(random) } }),
    represent: (params, { inputs }, mode) => trunk.apply(params as never, inputs, mode).relu(),
    decode: (params, z, _, mode) => head.apply(params as never, z, mode),
  });
})();

const random = Random.seeded(4, "three classes");
const points = Float32Array.from({ length: 360 }, () => random.normal());
const classOf = (i: number): number => {
  const turn = Math.atan2(points[2 * i + 1]!, points[2 * i]!) / (2 * Math.PI) + 0.5;
  return Math.min(2, Math.floor(3 * turn));
};
const rowsFrom = (start: number) => Array.from({ length: 90 }, (_, i) => start + i);

function trained(y: Column): Promise<Fitted<Batch>> {
  const of = (rows: number[]) =>
    arrayBatches({ inputs: array(points, [180, 2]), columns: { y }, rows, batchSize: 30 });
  return fit(model, {
    tasks: [task],
    method: uniform(),
    optimizer: adam({ learningRate: 0.03 }),
    train: of(rowsFrom(0)) as never,
    validation: of(rowsFrom(90)) as never,
    epochs: 30,
    seed: 0,
    progress: "none",
  });
}

it("three sectors of a plane are learnt, a third of their labels missing", async () => {
  const y = column(
    "y",
    Array.from({ length: 180 }, (_, i) => (i % 3 === 0 ? null : classOf(i))),
  );
  const fitted = await trained(y);
  expect(fitted.best!.value).toBeGreaterThan(0.9);
  await fitted.dispose();
});

it("a wrong label ends training with an error that names it", async () => {
  const y = column(
    "y",
    Array.from({ length: 180 }, (_, i) => (i === 17 ? 3 : classOf(i))),
  );
  const error = await refused(trained(y));
  expect(error.code).toBe("bad-data");
  expect(error.message).toMatch(/task "y" has the label 3 in row \d+ of a batch.*0 to 2/i);
});
