import type { Scalar, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { gradients } from "../../graph/index.ts";
import { forward } from "../../train/loss.ts";
import type { Setup } from "../procedure.ts";
import { inner, stepped } from "./look-ahead.ts";
import type { Weigher } from "./weigher.ts";
import { weightNet } from "./weight-net.ts";

/** sign(x) log(1 + |x|): losses and norms of any size, of which a perceptron can tell small ones apart. */
const tamed = (x: Tensor): Tensor => tf.mul(tf.sign(x), tf.log1p(tf.abs(x)));

/** A pass in which nothing is random, for losses that are compared. */
const quiet = { training: false };

/**
 * Weighs tasks, w = T softmax_k(vᵀ tanh(W x_k + b)), x_k the norm of the task's gradient, its loss, and by what factor its own step would
 * change that; F = 3.
 */
export function taskWeigher<B>(
  problem: Pick<Setup<B>, "model" | "tasks" | "optimizer" | "frozen">,
  hidden: number,
): Weigher<B> {
  const { model, tasks } = problem;
  const net = weightNet({ inputs: 3, hidden, activation: tf.tanh });
  return {
    init: (random) => net.init(random),
    rows(params, batch, mode) {
      const { losses, counts } = forward(model, tasks, params, batch, mode);
      return losses.map((loss, k) => ({
        values: tf.reshape(loss, [1]) as Tensor1D,
        share: tf.ones([1]),
        count: counts[k]!,
      }));
    },
    features({ batch, ...start }, rows) {
      const before = forward(model, tasks, start.params, batch, quiet).losses;
      const found = gradients(
        rows.map(({ values }) => tf.sum<Scalar>(values)),
        start.params,
      );
      const known = rows.map(({ values }, k) => {
        const there = stepped(problem, start, found[k]!);
        const after = forward(model, tasks, there, batch, quiet).losses[k]!;
        // 1 for a loss of 0, such as that of a task without a label.
        const change = tf.div(tf.sub(after, before[k]!), tf.add(tf.abs(before[k]!), 1e-8));
        const norm = tf.sqrt(inner(found[k]!, found[k]!));
        return tf.stack([tamed(norm), tamed(tf.sum(values)), tf.clipByValue(tf.add(change, 1), -10, 10)]);
      });
      return tf.stack(known) as Tensor2D;
    },
    weigh: (phi, features) => tf.mul(tf.softmax(net.apply(phi, features)), tasks.length),
  };
}
