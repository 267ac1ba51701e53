import type { HostColumnBatch } from "@outrigger/core/data/batches";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { adam } from "@outrigger/core/optimize/adam";
import { Random } from "@outrigger/core/random";
import { type Fitted, fit } from "@outrigger/core/train/fit";
import type { Method } from "@outrigger/core/train/method";
import type { Batches } from "@outrigger/core/train/model";
import { type ColumnBatch, regression, type Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { smallNetwork } from "../low-data/model.ts";
import { sizes } from "../low-data/problem.ts";
import { type CorruptedLabels, tasks } from "./problem.ts";

const UNITS = 6;
export const STEPS = 600;
/** Steps between two looks at validation: an epoch of this benchmark. */
export const EPOCH = 5;

type Rows = HostColumnBatch<NDArray>;

/** A full batch a step, of the step that it is, counted over epochs: nothing here is ever continued. */
function stepByStep(of: (step: number) => Rows): Batches<Rows> {
  let step = 0;
  return {
    size: EPOCH,
    samples: sizes.train * EPOCH,
    *epoch() {
      for (let i = 0; i < EPOCH; i++) yield of(step++);
    },
  };
}

const plain = tasks.map((name) => regression({ name, role: name === "main" ? "primary" : "auxiliary" }));
/** The columns of a training batch that weigh samples; validation and test have none. */
const weightOf = (task: string): string => `weight of ${task}`;
const weighted = plain.map(
  (task): Task<ColumnBatch> => ({
    ...task,
    loss(output, batch) {
      const { values, mask } = task.loss(output, batch);
      const weights = batch.labels[weightOf(task.name)];
      return {
        values: weights === undefined ? values : tf.mul<Tensor1D>(values, weights),
        ...(mask && { mask }),
      };
    },
  }),
);
const withWeights = (batch: Rows, weights: readonly NDArray[]): Rows => ({
  ...batch,
  labels: { ...batch.labels, ...Object.fromEntries(tasks.map((task, k) => [weightOf(task), weights[k]!])) },
});

interface TrainOptions {
  readonly seed: number;
  readonly threads: number;
  readonly onEpoch: (epoch: number) => void;
}
const train = (
  { validation }: Pick<CorruptedLabels, "validation">,
  of: (step: number) => Rows,
  method: Method,
  objectives: readonly Task<ColumnBatch>[],
  { seed, threads, onEpoch }: TrainOptions,
): Promise<Fitted<ColumnBatch<Tensor>>> =>
  fit(smallNetwork(sizes.inputs, UNITS, tasks), {
    tasks: objectives,
    method,
    optimizer: adam({ learningRate: 0.01 }),
    train: stepByStep(of),
    validation,
    // Procedures learn from held-out data; every row is selected on it.
    ...("open" in method && { dev: validation }),
    epochs: STEPS / EPOCH,
    seed,
    progress: "none",
    onEpoch: ({ epoch }) => onEpoch(epoch),
    threads,
    spinning: false,
  });

/** Training on the labels as they are. */
export const trained = (
  data: CorruptedLabels,
  method: Method,
  options: TrainOptions,
): Promise<Fitted<ColumnBatch<Tensor>>> => train(data, () => data.batch, method, plain, options);

/** The same without the wrong labels. */
export function withoutWrong(data: CorruptedLabels): CorruptedLabels {
  const helpful = array(Float32Array.from(data.wrong, (wrong) => 1 - wrong));
  return { ...data, batch: { ...data.batch, masks: { ...data.batch.masks, helpful } } };
}

/** Each weight to another of its task's labelled samples. */
function shuffled(weights: Float32Array, mask: NDArray, random: Random): NDArray {
  const labelled = [...mask.data.keys()].filter((row) => mask.data[row] === 1);
  const moved = Float32Array.from(weights);
  random.permutation(labelled.length).forEach((from, to) => {
    moved[labelled[to]!] = weights[labelled[from]!]!;
  });
  return array(moved);
}

/** Training with the weights of every step, given to the wrong samples. Weights of all rows, those of the primary first. */
export function trainedShuffled(
  data: CorruptedLabels,
  weights: readonly Float32Array[],
  method: Method,
  options: TrainOptions,
): Promise<Fitted<ColumnBatch<Tensor>>> {
  const random = Random.seeded(options.seed, "shuffled weights");
  const { batch } = data;
  const of = (step: number): Rows =>
    withWeights(
      batch,
      tasks.map((task, k) => {
        const own = weights[step]!.subarray(k * sizes.train, (k + 1) * sizes.train);
        return shuffled(own, batch.masks[task]!, random);
      }),
    );
  return train(data, of, method, weighted, options);
}
