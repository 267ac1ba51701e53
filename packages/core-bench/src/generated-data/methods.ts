import type { HostColumnBatch } from "@outrigger/core/data/batches";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { sgd } from "@outrigger/core/optimize/sgd";
import { aangSearch } from "@outrigger/core/procedure/aang-search";
import { dtgAuxl } from "@outrigger/core/procedure/dtg-auxl";
import { type Objective, objectiveSpace } from "@outrigger/core/procedure/objective-space/space";
import type { Random } from "@outrigger/core/random";
import type { Method } from "@outrigger/core/train/method";
import type { ColumnBatch } from "@outrigger/core/train/task";
import { singleTask } from "@outrigger/core/weighting/single-task";
import { uniform } from "@outrigger/core/weighting/uniform";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizes } from "../low-data/problem.ts";

/** What a row trains with. */
export interface Row {
  readonly describe: string;
  readonly method: () => Method;
  /** "made": a head for generated samples; "collected": the problem's three auxiliaries. Default: the primary alone. */
  readonly auxiliaries?: "made" | "collected";
  /** Looks at held-out data: the validation samples, or these with the labels of others. */
  readonly dev?: "validation" | "shuffled";
}

/** λ a + (1 − λ) b of two rows. */
function mixed(values: NDArray, partner: readonly number[], lambda: readonly number[]): NDArray {
  const width = values.data.length / partner.length;
  const data = Float32Array.from(values.data, (value, i) => {
    const row = Math.floor(i / width);
    const other = values.data[partner[row]! * width + (i % width)]!;
    return lambda[row]! * value + (1 - lambda[row]!) * other;
  });
  return array(data, values.shape);
}

/** Mixtures of two rows and of their labels, λ uniform (Beta(1, 1)), for the head of generated samples. */
const mixup: Objective<ColumnBatch<Tensor>> = {
  head: "made",
  make(batch, random: Random) {
    const { inputs, labels } = batch as unknown as HostColumnBatch<NDArray>;
    const main = labels["main"]!;
    const partner = random.permutation(main.data.length);
    const lambda = partner.map(() => random.uniform());
    return {
      batch: { ...batch, inputs: mixed(inputs, partner, lambda) },
      target: mixed(main, partner, lambda),
    };
  },
  loss: (output, _, target) => ({
    values: tf.square<Tensor1D>(tf.sub(tf.reshape(output, [-1]), target as Tensor)),
  }),
};

/** One cell and logits that stay: the primary and the mixtures, weighed alike. */
const mixing = (): Method =>
  aangSearch({
    space: objectiveSpace({
      stages: { input: ["batch"], transform: ["mixup"], representation: ["none"], output: ["label"] },
      build: () => mixup,
    }),
    learningRate: 0,
    splitLearningRate: 0,
  });

/** A step of the generator for every five of the network: 600 steps are few. */
const INTERVAL = 5;

/** Every row by its name. */
export const rows: Readonly<Record<string, Row>> = {
  "single-task": { describe: "The 60 labels, and nothing else.", method: singleTask },
  "dtg-auxl": {
    describe:
      "Joint Data-Task Generation for Auxiliary Learning (NeurIPS 2023), our design after the description.",
    method: () => dtgAuxl({ inputs: sizes.inputs, task: "made", interval: INTERVAL }),
    auxiliaries: "made",
    dev: "validation",
  },
  "random-labels": {
    describe: "dtg-auxl whose held-out labels are shuffled: what is left is the charge on copies.",
    method: () => dtgAuxl({ inputs: sizes.inputs, task: "made", interval: INTERVAL }),
    auxiliaries: "made",
    dev: "shuffled",
  },
  "random-generator": {
    describe: "The same generator as it was drawn, never trained.",
    method: () =>
      dtgAuxl({
        inputs: sizes.inputs,
        task: "made",
        interval: INTERVAL,
        optimizer: sgd({ learningRate: 0 }),
      }),
    auxiliaries: "made",
    dev: "validation",
  },
  mixup: {
    describe: "Mixtures of two samples and of their labels, taught to the same head.",
    method: mixing,
    auxiliaries: "made",
  },
  uniform: {
    describe: "The three auxiliaries that core/low-data collects, weighed alike: one helps, two distract.",
    method: uniform,
    auxiliaries: "collected",
  },
};
