import { array, type NDArray } from "@outrigger/core/graph/index";
import { Random } from "@outrigger/core/random";
import type { Host, Params } from "@outrigger/core/train/model";
import { splitModel } from "@outrigger/core/train/split-model";
import type { Task } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** One one-hot label a sample and task. */
export interface Labelled {
  readonly images: Tensor;
  readonly labels: { readonly [task: string]: Tensor };
}

const names = ["y", "a", "b"] as const;
const [samples, classes] = [6, 3];

/** Convolution, tanh, max pool, average pool; a linear classifier a task. */
export const smallCnn = splitModel<Labelled>({
  init: (): Params => ({
    trunk: { filters: normal([3, 3, 2, 4], 0.4) },
    heads: Object.fromEntries(names.map((name) => [name, normal([16, classes], 0.6)])),
  }),
  represent(trunk, { images }) {
    const { filters } = trunk as { filters: Tensor4D };
    const seen = tf.tanh(tf.conv2d(images as Tensor4D, filters, 1, "same"));
    return tf.reshape(tf.avgPool(tf.maxPool(seen, 2, 2, "valid"), 2, 2, "valid"), [samples, -1]);
  },
  decode: (head, z) => tf.matMul(z as Tensor2D, head as Tensor2D),
});

/** Cross-entropy through a softmax. */
export const classifiers: readonly Task<Labelled>[] = names.map((name, k) => ({
  name,
  role: k === 0 ? "primary" : "auxiliary",
  loss: (output, { labels }) => ({
    values: tf.neg(tf.log(tf.sum<Tensor1D>(tf.mul(tf.softmax(output), labels[name]!), -1))),
  }),
}));

const stream = Random.seeded(5, "small-cnn");
const normal = (shape: number[], scale = 1): NDArray => {
  const size = shape.reduce((n, d) => n * d, 1);
  return array(
    Float32Array.from({ length: size }, () => scale * stream.normal()),
    shape,
  );
};

export function imageBatch(): Host<Labelled> {
  const oneHot = (): NDArray => {
    const data = new Float32Array(samples * classes);
    for (let i = 0; i < samples; i++) data[i * classes + stream.integer(classes)] = 1;
    return array(data, [samples, classes]);
  };
  return {
    images: normal([samples, 8, 8, 2]),
    labels: Object.fromEntries(names.map((name) => [name, oneHot()])),
  } as unknown as Host<Labelled>;
}
