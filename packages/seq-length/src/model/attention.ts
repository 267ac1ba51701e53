import {
  type DenseParams,
  dense,
  type NDArray,
  type Random,
  type TensorsOf,
  type Tree,
} from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { AttentionScale } from "./attention-scale.ts";
import type { Rotation, Sizes } from "./position/encoding.ts";

export type AttentionParams = {
  readonly project: DenseParams;
  readonly merge: DenseParams;
  readonly scale: Tree<NDArray>;
};

/** Queries, keys and values of all heads, each [batch, heads, time, width]. */
export interface Heads {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
}

/** Added to the logits of keys that must not be seen: far below any logit, and finite, so that a query without keys gets no NaN. */
export const HIDDEN = -1e9;

export function initAttention(
  random: Random,
  { size, heads }: Sizes,
  scale: AttentionScale,
): AttentionParams {
  return {
    project: dense({ inputs: size, outputs: 3 * size }).init(random),
    merge: dense({ inputs: size, outputs: size }).init(random),
    scale: scale.init(heads),
  };
}

/** [batch·time, size] of first and second halves side by side, head by head, as [batch, 2, heads, time, width]. */
function joined(first: Tensor, second: Tensor, batch: number, { size, heads }: Sizes): Tensor {
  const half = size / heads / 2;
  const apart = (x: Tensor): Tensor => tf.reshape(x, [batch, -1, 2, heads, half]);
  return tf.transpose(tf.concat([apart(first), apart(second)], -1), [2, 0, 3, 1, 4]);
}

/**
 * Queries, keys and values of x [batch·time, size], turned if there is a rotation.
 *
 * With one, the columns of the projection are first halves of queries and of keys, second halves of both, and values, so that turning is four
 * products of [batch·time, size]: a' = a cos − b sin, b' = a sin + b cos.
 */
export function headsOf(
  params: TensorsOf<Pick<AttentionParams, "project">>,
  x: Tensor,
  batch: number,
  sizes: Sizes,
  rotation?: Rotation,
): Heads {
  const { size, heads } = sizes;
  const rows = x.shape[0]!;
  const all = dense({ inputs: size, outputs: 3 * size }).apply(params.project, x, { training: false });
  if (rotation === undefined) {
    const parts = tf.transpose(tf.reshape(all, [batch, -1, 3, heads, size / heads]), [2, 0, 3, 1, 4]);
    const [q, k, v] = tf.unstack(parts);
    return { q: q!, k: k!, v: v! };
  }
  const [a, b, values] = tf.split(all, 3, 1) as [Tensor, Tensor, Tensor];
  // A copy for every head, of queries and of keys: products of equal shapes are several times as fast as broadcast ones.
  const cos = tf.tile(rotation.cos, [1, 2 * heads]);
  const sin = tf.tile(rotation.sin, [1, 2 * heads]);
  const first = tf.sub(tf.mul(a, cos), tf.mul(b, sin));
  const second = tf.add(tf.mul(a, sin), tf.mul(b, cos));
  const [q, k] = tf.unstack(joined(first, second, batch, sizes));
  const v = tf.transpose(tf.reshape(values, [batch, rows / batch, heads, size / heads]), [0, 2, 1, 3]);
  return { q: q!, k: k!, v };
}

/** softmax(scores)·V side by side, through the output map: [batch·time, size]. */
export function merged(
  params: TensorsOf<Pick<AttentionParams, "merge">>,
  mixed: Tensor,
  { size }: Sizes,
): Tensor {
  const rows = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [-1, size]);
  return dense({ inputs: size, outputs: size }).apply(params.merge, rows, { training: false });
}

/** Logits q·k / √width, with bias, times the factor of the attention scale, and with what hides keys. */
export function logits(
  { q, k }: Pick<Heads, "q" | "k">,
  parts: { readonly bias?: Tensor; readonly factor?: Tensor; readonly hidden?: Tensor },
): Tensor {
  const { bias, factor, hidden } = parts;
  let scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape.at(-1)!));
  // Without a factor bias and mask are added up once for all layers.
  if (factor === undefined) {
    const both = bias && hidden ? tf.add(bias, hidden) : (bias ?? hidden);
    return both ? tf.add(scores, both) : scores;
  }
  if (bias) scores = tf.add(scores, bias);
  scores = tf.mul(scores, factor);
  return hidden ? tf.add(scores, hidden) : scores;
}

/** [1, 1, time, time]: 0 for the query itself and earlier keys, {@link HIDDEN} for later ones. */
export function later(time: number): Tensor {
  const values = Float32Array.from({ length: time * time }, (_, at) =>
    at % time > Math.floor(at / time) ? HIDDEN : 0,
  );
  return tf.tensor4d(values, [1, 1, time, time]);
}
