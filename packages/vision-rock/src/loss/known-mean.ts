import type { Tensor, Tensor1D, Tensor3D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/**
 * The mean of a map over the pixels that are known, image by image: v_i = w Σ_p k_ip f_ip / max(1, Σ_p k_ip).
 *
 * @param values f [batch, h, w], finite also where nothing is known
 * @param known k [batch, h, w], 1 or 0
 * @param annotated [batch], 1 or 0
 * @returns the means [batch], and a mask that is 1 for annotated images with at least one known pixel
 */
export function knownMean(
  values: Tensor3D,
  known: Tensor3D,
  annotated: Tensor1D,
  weight: number,
): { values: Tensor1D; mask: Tensor1D } {
  const overPixels = (x: Tensor): Tensor1D => tf.sum(x, [1, 2]);
  const count = overPixels(known);
  const mean = tf.div(overPixels(tf.mul(values, known)), tf.maximum(count, 1));
  return { values: tf.mul(mean, weight), mask: tf.mul(annotated, tf.minimum(count, 1)) };
}
