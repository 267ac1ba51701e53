import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../../error.ts";
import { gradients, type Tree } from "../../graph/index.ts";
import { sampleLosses } from "../../train/loss.ts";
import type { Setup } from "../procedure.ts";
import { inner } from "./look-ahead.ts";
import { lossOf, type Weigher } from "./weigher.ts";
import { weightNet } from "./weight-net.ts";

/** Cosine of every task's gradient with the primary's, 1 for the primary itself; 0 where a gradient is 0. */
function cosines(gradients: readonly Tree<Tensor>[], primary: number): Scalar[] {
  const norms = gradients.map((g) => tf.sqrt<Scalar>(inner(g, g)));
  return gradients.map((g, k) => {
    if (k === primary) return tf.scalar(1);
    const lengths = tf.maximum(tf.mul(norms[k]!, norms[primary]!), 1e-30);
    return tf.div<Scalar>(inner(g, gradients[primary]!), lengths);
  });
}

/**
 * Weighs every sample of every task, w = sigmoid(V_φ(ℓ, one-hot of the task, cosine of the task's trunk gradient with the primary's)); F = T + 2.
 *
 * @throws OutriggerError "unsupported" for a model that adds to losses what belongs to no sample
 */
export function sampleWeigher<B>(
  { model, tasks, primary }: Pick<Setup<B>, "model" | "tasks" | "primary">,
  hidden: number,
): Weigher<B> {
  if (model.penalties !== undefined) {
    const said = "A weight a sample has nothing to say about what a model adds to its losses (`penalties`)";
    throw new OutriggerError("unsupported", `${said}. Use a method that weighs tasks.`);
  }
  const T = tasks.length;
  const net = weightNet({ inputs: T + 2, hidden, activation: tf.relu, names: { from: 1, count: T } });
  return {
    init: (random) => net.init(random),
    rows: (params, batch, mode) =>
      sampleLosses(tasks, model.apply(params, batch, mode), batch).map(({ values, mask, count }) => {
        const flat = tf.reshape(values, [-1]) as Tensor1D;
        const labelled = mask === undefined ? tf.ones([flat.size]) : tf.reshape(mask, [-1]);
        return { values: flat, share: tf.div<Tensor1D>(labelled, tf.maximum(count, 1)), count };
      }),
    features({ params }, rows) {
      const cosine = cosines(gradients(rows.map(lossOf), params.trunk), primary);
      const known = rows.map(({ values }, k) => {
        const all = (value: Tensor): Tensor2D => tf.mul(tf.ones([values.size, 1]), value);
        const name = tf.tensor2d([tasks.map((_, j) => (j === k ? 1 : 0))]);
        return tf.concat([tf.expandDims(values, 1) as Tensor2D, all(name), all(cosine[k]!)], 1);
      });
      return tf.concat(known, 0);
    },
    weigh: (phi, features) => tf.sigmoid(net.apply(phi, features)),
  };
}
