import { stopGradient } from "@outrigger/core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { ControlOptions } from "./control-loss.ts";

export interface ClipOptions {
  /** ε. */
  readonly clip: number;
  /** ε_v: how far a value may move from the old one; `undefined`: as far as it likes. */
  readonly valueClip?: number | undefined;
}

/** What the loss reads of N rows besides logits and values. All but `taken` are [N]. */
export interface ClippedRows<T = Tensor> {
  /** One-hot actions times m, [N, A]. */
  readonly taken: T;
  /** m. */
  readonly alive: T;
  /** A, 0 where m is 0. */
  readonly advantages: T;
  /** G. */
  readonly targets: T;
  /** log π_old(a | s), 0 where m is 0. */
  readonly log: T;
  /** V_old. */
  readonly values: T;
}

/** What `clippedLoss` sums up, in this order; the last two are CleanRL's names. */
export const clippedParts: readonly string[] = ["policy", "value", "entropy", "approx_kl", "clipfrac"];

/**
 * The loss of proximal policy optimisation by row, and its parts as means over rows:
 *
 *     m [-min(ρ A, clip(ρ, 1 - ε, 1 + ε) A) + c_v / 2 (V - G)² - β H(π)], ρ = π(a | s) / π_old(a | s).
 *
 * With ε_v the square is the greater of (V - G)² and (V' - G)², V' = V within ε_v of V_old. `approx_kl` is the mean of (ρ - 1) - log ρ
 * (Schulman, http://joschu.net/blog/kl-approx.html), `clipfrac` the share of rows with |ρ - 1| > ε; all means count dead rows (m = 0).
 *
 * Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal Policy Optimization Algorithms", 2017, https://arxiv.org/abs/1707.06347.
 *
 * @param logits [N, A]. @param values [N].
 */
export function clippedLoss(
  { logits, values }: { readonly logits: Tensor; readonly values: Tensor },
  rows: ClippedRows,
  { valueCoefficient = 0.5, entropyCoefficient = 0.01 }: ControlOptions,
  { clip, valueClip }: ClipOptions,
): { readonly rows: Tensor1D; readonly parts: Tensor1D } {
  const { taken, alive, advantages, log: before } = rows;
  const log = tf.logSoftmax(logits as never) as Tensor;
  const change = tf.sub(tf.sum(tf.mul(log, taken), 1), before);
  const ratio = tf.exp(change);
  // Where the second one is the smaller it is constant; where both are equal the gradient must not be counted twice.
  const clipped = stopGradient(tf.mul(tf.clipByValue(ratio, 1 - clip, 1 + clip), advantages));
  const policy = tf.neg(tf.minimum(tf.mul(ratio, advantages), clipped));
  const value = tf.mul(squaredError(values, rows, valueClip), alive);
  const entropy = tf.mul(tf.neg(tf.sum(tf.mul(tf.exp(log), log), 1)), alive);
  const divergence = tf.sub(tf.sub(ratio, 1), change);
  const outside = tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clip), "float32");
  const loss = tf.add(
    policy,
    tf.sub(tf.mul(valueCoefficient / 2, value), tf.mul(entropyCoefficient, entropy)),
  );
  const parts = tf.stack([policy, value, entropy, divergence, outside].map((part) => tf.mean(part)));
  return { rows: loss as Tensor1D, parts: parts as Tensor1D };
}

/** As for the policy: the clipped square has no gradient of its own. */
function squaredError(values: Tensor, { targets, values: old }: ClippedRows, limit?: number): Tensor {
  const free = tf.square(tf.sub(values, targets));
  if (limit === undefined) return free;
  const near = tf.minimum(tf.maximum(values, tf.sub(old, limit)), tf.add(old, limit));
  return tf.maximum(free, stopGradient(tf.square(tf.sub(near, targets))));
}
