import type { Role, SplitModel, Task, Tree } from "@outrigger/core";
import { classAccuracy, splitModel } from "@outrigger/core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Decoder, DecoderTensors } from "./decoder.ts";

/** Sequences of one shape [batch, time], and for every task which of their steps are its targets. */
export interface SequenceBatch {
  readonly tokens: Tensor;
  readonly positions: Tensor;
  /** The token that follows. */
  readonly labels: Tensor;
  /** 1 at the task's targets, else 0. */
  readonly masks: { readonly [task: string]: Tensor };
}

/**
 * The decoder as a model of `core`: all of it is the trunk, and heads are empty, since a task says by its own token what is wanted and all
 * tasks answer in one vocabulary. Every step of every sequence is a sample; its output is the logits [batch·time, V].
 */
export const sequenceModel = (decoder: Decoder, tasks: readonly string[]): SplitModel<SequenceBatch> =>
  splitModel<SequenceBatch>({
    init: (random) => ({
      trunk: decoder.init(random),
      heads: Object.fromEntries(tasks.map((name) => [name, []])),
    }),
    represent: (trunk, { tokens, positions }) =>
      decoder.logits(trunk as unknown as DecoderTensors, tokens, positions),
    decode: (_head: Tree<Tensor>, z) => z,
  });

/**
 * Cross-entropy of a task's targets, −log p_y of the softmax over the vocabulary, averaged over the targets of a batch. Predictions are the
 * tokens of the greatest logits; the metric is the share that is right.
 */
export function sequenceTask({
  name,
  role,
}: {
  readonly name: string;
  readonly role: Role;
}): Task<SequenceBatch> {
  return {
    name,
    role,
    metrics: [classAccuracy],
    loss(output, batch) {
      const classes = output.shape[1]!;
      const own = tf.cast(
        tf.equal(
          tf.reshape(batch.labels, [-1, 1]),
          tf.reshape(tf.range(0, classes, 1, "int32"), [1, classes]),
        ),
        "float32",
      );
      const values = tf.neg(tf.sum(tf.mul(own, tf.logSoftmax(output as Tensor2D)), 1)) as Tensor1D;
      return { values, mask: tf.reshape(batch.masks[name]!, [-1]) };
    },
    predict({ data, shape }) {
      const [rows, classes] = shape as [number, number];
      return Float64Array.from({ length: rows }, (_, row) => {
        let best = 0;
        for (let c = 1; c < classes; c++)
          if (!(data[row * classes + c]! <= data[row * classes + best]!)) best = c;
        const top = data[row * classes + best]!;
        return Number.isNaN(top) ? top : best;
      });
    },
    labels(batch) {
      const mask = batch.masks[name]!.data;
      return Float64Array.from(batch.labels.data, (label, i) => (mask[i] === 0 ? Number.NaN : label));
    },
  };
}
