import type { Tensor, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { type DenseParams, dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { type SequenceLayer, sequenceShape } from "./sequence.ts";

export interface AttentionOptions {
  /** Length of the vectors, a multiple of `heads`. */
  readonly size: number;
  readonly heads: number;
  /** Every step sees itself and earlier steps only. Default false. */
  readonly causal?: boolean;
  /** Dropout rate of the attention weights. Default 0. */
  readonly dropout?: number;
}

export type AttentionParams = { readonly project: DenseParams; readonly merge: DenseParams };

/** Added to the scores of steps that must not be seen; far below any score, and finite, so that a step that sees nothing gets no NaN. */
const hidden = -1e9;

/** [1, 1, time, time]: 0 for earlier steps and the step itself, `hidden` for later ones. */
function later(time: number): Tensor {
  const steps = tf.range(0, time);
  const ahead = tf.greater(tf.reshape(steps, [1, 1, 1, time]), tf.reshape(steps, [1, 1, time, 1]));
  return tf.mul(tf.cast(ahead, "float32"), hidden);
}

/**
 * 1 where a step is seen, broadcast over heads: [batch, 1, 1, time] of a mask [batch, time], [batch, 1, time, time] of pairs.
 *
 * @throws OutriggerError `shape` for pairs that are not [batch, time, time]
 */
function broadcast(mask: Tensor, batch: number, time: number): Tensor {
  if (mask.rank !== 3) return tf.reshape(mask, [batch, 1, 1, time]);
  if (mask.shape.join() === `${batch},${time},${time}`) return tf.reshape(mask, [batch, 1, time, time]);
  const said = `attention: the mask is [${mask.shape.join(", ")}], but pairs must be [${batch}, ${time}, ${time}].`;
  throw new OutriggerError("shape", said, { shape: mask.shape });
}

/**
 * Multi-head self-attention: for each of h heads, softmax(Q·Kᵀ / √d + M)·V with [Q K V] = x·W + b and d = size / h; the heads side by side
 * go through an output map, y = concat(heads)·W_o + b_o.
 *
 * x and y are [batch, time, size]. M is −10⁹ where a step must not be seen, else 0: padding by the mask [batch, time], later steps with
 * `causal`, and any pairs by a mask [batch, time, time] (which step, a row, sees which, a column). Outputs at padded steps are finite but mean
 * nothing: leave them out of the loss. A step that sees no other (padding before the first step, say) gets the mean of all values. `project` is
 * W [size, 3·size] and b, `merge` W_o [size, size] and b_o; both start Glorot uniform with zero biases, as in PyTorch.
 *
 * Vaswani et al., "Attention is all you need", NeurIPS 2017, https://arxiv.org/abs/1706.03762
 *
 * Cost: 8·batch·time·size² + 4·batch·time²·size operations; memory for batch·heads·time² scores.
 *
 * @throws OutriggerError `bad-option` for sizes that do not fit, `shape` for other inputs or masks
 */
export function attention({
  size,
  heads,
  causal = false,
  dropout: rate = 0,
}: AttentionOptions): SequenceLayer<AttentionParams> {
  if (!Number.isInteger(heads) || heads < 1 || size % heads !== 0) {
    const said = `attention: size ${size} cannot be split into ${heads} heads; give a divisor of the size.`;
    throw new OutriggerError("bad-option", said, { size, heads });
  }
  const project = dense({ inputs: size, outputs: 3 * size });
  const merge = dense({ inputs: size, outputs: size });
  const drop = dropout(rate);
  const width = size / heads;
  return {
    init: (random) => ({ project: project.init(random), merge: merge.init(random) }),
    apply(params, x, mode, mask) {
      const [batch, time] = sequenceShape("attention", x, size, mask?.rank === 3 ? undefined : mask);
      const parts = tf.reshape(project.apply(params.project, x, mode), [batch, time, 3, heads, width]);
      const [q, k, v] = tf
        .unstack(tf.transpose(parts, [2, 0, 3, 1, 4]))
        .map((part) => tf.reshape(part, [batch * heads, time, width]) as Tensor3D);
      const scores = tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(width));
      let seen = tf.reshape(scores, [batch, heads, time, time]);
      if (causal) seen = tf.add(seen, later(time));
      if (mask) seen = tf.add(seen, tf.mul(tf.sub(1, broadcast(mask, batch, time)), hidden));
      const weights = drop.apply([], tf.softmax(seen), mode);
      const mixed = tf.matMul(tf.reshape(weights, [batch * heads, time, time]) as Tensor3D, v!);
      const apart = tf.transpose(tf.reshape(mixed, [batch, heads, time, width]), [0, 2, 1, 3]);
      return merge.apply(params.merge, tf.reshape(apart, [batch, time, size]), mode);
    },
  };
}
