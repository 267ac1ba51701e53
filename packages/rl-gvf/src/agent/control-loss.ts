import { stopGradient, type Tree } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

export interface ControlOptions {
  /** γ. Default 0.99. */
  readonly discount?: number;
  /** c_v. Default 0.5. */
  readonly valueCoefficient?: number;
  /** β. Default 0.01. */
  readonly entropyCoefficient?: number;
}

/** What the loss reads of a rollout, see `Returns`. */
export type ReturnTensors = { readonly sums: Tensor; readonly discounts: Tensor; readonly rows: Tensor1D };

/** G = sum + discount · V[row] as constants, shaped like the sums. `values` has one row a row of the rollout. */
export const bootstrapped = ({ sums, discounts, rows }: ReturnTensors, values: Tensor): Tensor =>
  tf.add(sums, tf.mul(discounts, tf.gather(stopGradient(values), rows)));

/**
 * The loss of an advantage actor-critic by row, and its parts summed over rows:
 *
 *     m [-log π(a | s) sg(G - V) + c_v / 2 (V - sg G)² - β H(π)],
 *
 * whose mean over all rows, last states (m = 0) included, is the loss. sg is constant for the gradient.
 *
 * Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning", ICML 2016, https://arxiv.org/abs/1602.01783, synchronous, as in the
 * code of Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897.
 *
 * @param logits [(T + 1) · B, A]. @param all values, [(T + 1) · B].
 * @param rollout.taken one-hot actions times m, [T · B, A]; alive m, [T · B].
 */
export function controlLoss(
  { logits, values: all }: { readonly logits: Tensor; readonly values: Tensor },
  { taken, alive }: { readonly taken: Tensor; readonly alive: Tensor },
  returns: Tree<Tensor>,
  { valueCoefficient = 0.5, entropyCoefficient = 0.01 }: ControlOptions,
): { readonly rows: Tensor1D; readonly parts: Tensor1D } {
  const [learnt, actions] = taken.shape as [number, number];
  const target = bootstrapped(returns as ReturnTensors, all);
  const values = tf.slice(all, [0], [learnt]);
  const log = tf.logSoftmax(tf.slice(logits, [0, 0], [learnt, actions]) as never) as Tensor;
  const advantage = stopGradient(tf.sub(target, values));
  const policy = tf.neg(tf.mul(tf.sum(tf.mul(log, taken), 1), advantage));
  const value = tf.mul(tf.square(tf.sub(values, target)), alive);
  const entropy = tf.mul(tf.neg(tf.sum(tf.mul(tf.exp(log), log), 1)), alive);
  const rows = tf.add(
    policy,
    tf.sub(tf.mul(valueCoefficient / 2, value), tf.mul(entropyCoefficient, entropy)),
  );
  const parts = tf.stack([policy, value, entropy].map((part) => tf.mean(part)));
  return { rows: rows as Tensor1D, parts: parts as Tensor1D };
}
