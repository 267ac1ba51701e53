import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../../graph/array.ts";
import type { AnyLayer } from "../../nn/layer.ts";
import { mlp } from "../../nn/sequential.ts";
import type { Random } from "../../random.ts";
import type { ColumnBatch } from "../../train/task.ts";
import { maskSoftmax, negativeEntropy } from "./generated-labels.ts";

/** A training batch with what is drawn for it: a labelled partner of each row, and noise [N, Z]. */
export interface Drawn<T = Tensor> {
  readonly batch: ColumnBatch<T>;
  readonly partner: T;
  readonly noise: T;
}

/** Samples that nobody collected: inputs [N, D], soft labels [N, Σψ] or numbers [N], and which rows count. */
export interface Made {
  readonly inputs: Tensor2D;
  readonly labels: Tensor;
  readonly mask: Tensor1D;
}

export interface GeneratorOptions {
  /** Name of the primary, whose labels it reads. */
  readonly name: string;
  /** D. */
  readonly inputs: number;
  /** ψ; null for a primary of real numbers. */
  readonly subclasses: readonly number[] | null;
  readonly hidden: number;
  /** Z. */
  readonly noise: number;
  /** m: changes whose mean square is above it earn nothing more. */
  readonly margin: number;
}

const training = { training: true } as const;

/** Makes samples and their labels, and says how far they are from copies. */
export interface Generator {
  init(random: Random): Tree<NDArray>;
  make(phi: Tree<Tensor>, drawn: Drawn): Made;
  /** R(φ). */
  copying(phi: Tree<Tensor>, drawn: Drawn): Scalar;
}

const perceptron = (inputs: number, hidden: number, outputs: number): AnyLayer =>
  mlp({ sizes: [inputs, hidden, outputs], activation: tf.tanh });

/**
 * x̃ = x + tanh Δ_φ(x, x′, z), and ỹ = softmax(q_φ(x, x′, y, y′)) within the block of the sample's class y, or for real numbers
 * y + σ(q_φ) (y′ − y). R = −mean min(‖x̃ − x‖²/D, m) + Σ_c m_c log m_c, m_c the batch's mean label, or −mean min((ỹ − y)², m) in place of the
 * second term. Δ and q are perceptrons with one hidden layer of tanh units.
 */
export function dataGenerator(options: GeneratorOptions): Generator {
  const { name, inputs: width, subclasses, hidden, noise, margin } = options;
  const labelWidth = subclasses?.length ?? 1;
  const networks = {
    change: perceptron(2 * width + noise, hidden, width),
    label: perceptron(2 * (width + labelWidth), hidden, subclasses?.reduce((a, b) => a + b, 0) ?? 1),
  };
  const shown = (labels: Tensor1D): Tensor2D =>
    subclasses === null
      ? tf.reshape(labels, [-1, 1])
      : (tf.oneHot(tf.cast(labels, "int32"), labelWidth, 1, 0, "float32") as Tensor2D);
  const make = (phi: Tree<Tensor>, { batch, partner, noise: z }: Drawn): Made => {
    const { change, label } = phi as Record<string, never>;
    const x = batch.inputs as Tensor2D;
    const labels = batch.labels[name]!;
    const other = tf.cast(partner, "int32") as Tensor1D;
    const [x2, labels2] = [tf.gather(x, other), tf.gather(labels, other)];
    const q = networks.label.apply(label!, tf.concat([x, x2, shown(labels), shown(labels2)], 1), training);
    const moved = networks.change.apply(change!, tf.concat([x, x2, z as Tensor2D], 1), training);
    return {
      inputs: tf.add(x, tf.tanh(moved)),
      labels:
        subclasses === null
          ? tf.add(labels, tf.mul(tf.sigmoid(tf.reshape(q, [-1])), tf.sub(labels2, labels)))
          : maskSoftmax(q, labels, subclasses),
      mask: batch.masks[name]!,
    };
  };
  const mean = (values: Tensor, mask: Tensor1D): Scalar =>
    tf.div<Scalar>(tf.sum(tf.mul(tf.minimum(values, margin), mask)), tf.maximum(tf.sum(mask), 1));
  return {
    init: (random) => ({ change: networks.change.init(random), label: networks.label.init(random) }),
    make,
    copying(phi, drawn) {
      const { inputs, labels, mask } = make(phi, drawn);
      const { batch } = drawn;
      const far = mean(tf.mean(tf.square(tf.sub(inputs, batch.inputs)), -1), mask);
      const spread =
        subclasses === null
          ? tf.neg(mean(tf.square(tf.sub(labels, batch.labels[name]!)), mask))
          : negativeEntropy(labels as Tensor2D, mask);
      return tf.sub<Scalar>(spread, far);
    },
  };
}
