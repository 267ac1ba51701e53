import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import { checkSizes } from "./check.ts";
import { constant } from "./initialize.ts";
import type { Layer } from "./layer.ts";

export interface BatchNormOptions {
  readonly size: number;
  /** Added to the variance. Default 1e-5, as in the paper's experiments and in PyTorch. */
  readonly epsilon?: number;
}

export type BatchNormParams = { readonly scale: NDArray; readonly shift: NDArray };

/**
 * Normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts: y = s·(x − μ)/√(σ² + ε) + t.
 *
 * μ and σ² are the mean and the (biased) variance over all axes but the last; s (ones at first) and t (zeros) are learned, [size].
 * x and y are [..., size]. Differs from the paper in evaluation: the paper takes running averages there, which would be state inside the
 * model; this takes the batch's own statistics, so a prediction depends on its batch. Evaluate with batches like those of training, or use
 * `groupNorm`.
 *
 * Ioffe and Szegedy, "Batch normalization", ICML 2015, https://arxiv.org/abs/1502.03167
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` when x has another last axis
 */
export function batchNorm({ size, epsilon = 1e-5 }: BatchNormOptions): Layer<BatchNormParams> {
  checkSizes("batchNorm", { size });
  return {
    init: () => ({ scale: constant([size], 1), shift: constant([size], 0) }),
    apply({ scale, shift }, x) {
      if (x.rank < 2 || x.shape.at(-1) !== size) {
        const said = `batchNorm: the input is [${x.shape.join(", ")}], but must be [batch, ..., ${size}].`;
        throw new OutriggerError("shape", said, { shape: x.shape, size });
      }
      const axes = x.shape.slice(0, -1).map((_, axis) => axis);
      const centred = tf.sub(x, tf.mean(x, axes));
      const deviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), axes), epsilon));
      return tf.add(tf.mul(centred, tf.mul(deviation, scale)), shift);
    },
  };
}
