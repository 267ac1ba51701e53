import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array, type NDArray, sizeOf } from "../src/graph/array.ts";
import { type DenseParams, dense } from "../src/nn/dense.ts";
import { type TensorsOf } from "../src/nn/layer.ts";
import type { Random } from "../src/random.ts";
import type { Host, Model } from "../src/train/model.ts";
import type { Task } from "../src/train/task.ts";

/** One training problem: what a {@link Stepper} takes, and the one batch that every step is made on. */
export interface Problem<B> {
  readonly model: Model<B>;
  readonly tasks: readonly Task<B>[];
  readonly batch: Host<B>;
}

/** A network of the benchmark. Names of parameters are those of its peer in peers/networks.py. */
export interface Network {
  readonly name: string;
  readonly title: string;
  /** Greatest step time that was aimed at, as a part of PyTorch's. */
  readonly goal: number;
  /** Whether steps with several tasks and a Gram rule are measured too. */
  readonly gram: boolean;
  /** The same numbers for the same stream. */
  problem(tasks: number, random: Random): Problem<unknown>;
}

export const taskNames = (count: number): string[] => Array.from({ length: count }, (_, k) => `task${k}`);

/** Standard normal inputs. */
export const normal = (random: Random, shape: readonly number[]): NDArray =>
  array(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    shape,
  );

/** Labels 0 … classes − 1. */
export const classes = (random: Random, shape: readonly number[], count: number): NDArray =>
  array(
    Int32Array.from({ length: sizeOf(shape) }, () => random.integer(count)),
    shape,
  );

/** Softmax cross-entropy of each row, −log softmax(logits)[label]. */
export function crossEntropy(logits: Tensor, labels: Tensor): Tensor1D {
  const width = logits.shape.at(-1)!;
  const rows = tf.reshape(logits, [-1, width]);
  const hot = tf.cast(tf.oneHot(tf.reshape(labels, [-1]) as Tensor1D, width), "float32");
  return tf.neg(tf.sum<Tensor1D>(tf.mul(tf.logSoftmax(rows), hot), -1));
}

/** (f − y)² of each sample. */
export const squaredError = (output: Tensor, labels: Tensor): Tensor1D =>
  tf.square<Tensor1D>(tf.sub(tf.reshape(output, [-1]), labels));

type HeadParams = { readonly [task: string]: DenseParams };
type Labelled = { readonly labels: { readonly [task: string]: Tensor } };

/** A linear head and a loss a task on what the trunk found. */
export function taskHeads<B extends Labelled>(options: {
  readonly names: readonly string[];
  readonly inputs: number;
  readonly outputs: number;
  readonly loss: (output: Tensor, labels: Tensor) => Tensor1D;
}): {
  readonly tasks: readonly Task<B>[];
  init(random: Random): HeadParams;
  apply(params: TensorsOf<HeadParams>, hidden: Tensor): Record<string, Tensor>;
} {
  const { names, inputs, outputs, loss } = options;
  const layer = dense({ inputs, outputs });
  const mode = { training: true };
  return {
    tasks: names.map((name, k) => ({
      name,
      role: k === 0 ? "primary" : "auxiliary",
      loss: (output, batch) => ({ values: loss(output, batch.labels[name]!) }),
    })),
    init: (random) => Object.fromEntries(names.map((name) => [name, layer.init(random)])),
    apply: (params, hidden) =>
      Object.fromEntries(names.map((name) => [name, layer.apply(params[name]!, hidden, mode)])),
  };
}

/** Labels of every task. */
export const labelsOf = (names: readonly string[], draw: () => NDArray): Record<string, NDArray> =>
  Object.fromEntries(names.map((name) => [name, draw()]));
