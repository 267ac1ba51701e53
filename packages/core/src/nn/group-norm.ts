import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import { checkSizes } from "./check.ts";
import { checkImages } from "./image.ts";
import { constant } from "./initialize.ts";
import type { Layer } from "./layer.ts";

export interface GroupNormOptions {
  readonly channels: number;
  /** Divides the channels. The paper has 32; as many as channels is instance norm, one is layer norm over the whole image. */
  readonly groups: number;
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly epsilon?: number;
}

export type GroupNormParams = { readonly scale: NDArray; readonly shift: NDArray };

/** [channels, channels]: a product with it averages over the channels of each group. */
function averaging(channels: number, groups: number): Tensor2D {
  const size = channels / groups;
  const group = (channel: number): number => Math.floor(channel / size);
  const weights = Array.from({ length: channels }, (_, i) =>
    Array.from({ length: channels }, (_unused, j) => (group(i) === group(j) ? 1 / size : 0)),
  );
  return tf.tensor2d(weights);
}

/**
 * Normalises the channels of each group to mean 0 and variance 1 within each image, then scales and shifts every channel:
 * y = s·(x − μ)/√(σ² + ε) + t.
 *
 * μ and σ² are the mean and the (biased) variance over height, width and the channels of a group, image by image; s (ones at first)
 * and t (zeros) are learned, [channels]. x and y are [batch, height, width, channels]. It keeps no running state and images do not
 * depend on each other, so training and evaluation are the same function: the norm to take where others have batch norm.
 *
 * Wu and He, "Group normalization", ECCV 2018, https://arxiv.org/abs/1803.08494
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or groups that do not divide the channels, `shape`
 *   when x is no batch of images with that many channels
 */
export function groupNorm({ channels, groups, epsilon = 1e-5 }: GroupNormOptions): Layer<GroupNormParams> {
  checkSizes("groupNorm", { channels, groups });
  if (channels % groups !== 0) {
    const said = `groupNorm: groups is ${groups}; give a number that divides the ${channels} channels.`;
    throw new OutriggerError("bad-option", said, { channels, groups });
  }
  return {
    init: () => ({ scale: constant([channels], 1), shift: constant([channels], 0) }),
    apply({ scale, shift }, x) {
      checkImages("groupNorm", x, channels);
      const average = averaging(channels, groups);
      // Channel by channel first: an image that is not reshaped stays in the order that convolutions want.
      const mean = (image: Tensor): Tensor => tf.matMul(tf.mean(image, [1, 2]) as Tensor2D, average);
      const perChannel = (statistic: Tensor): Tensor => tf.reshape(statistic, [-1, 1, 1, channels]);
      const centred = tf.sub(x, perChannel(mean(x)));
      const deviation = tf.rsqrt(tf.add(mean(tf.square(centred)), epsilon));
      return tf.add(tf.mul(centred, perChannel(tf.mul(deviation, scale))), shift);
    },
  };
}
