import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** e²/2 where |e| < 1, else |e| − ½, number by number: with m = min(|e|, 1) both are m(|e| − m/2). */
export function smoothL1(error: Tensor): Tensor {
  const size = tf.abs(error);
  const inner = tf.minimum(size, 1);
  return tf.mul(inner, tf.sub(size, tf.mul(inner, 0.5)));
}
