import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** Wavelengths go from 2π up to this many times 2π. */
const LONGEST = 10_000;

/** t · 10000^(−2m/width) for m = 0 … width/2 − 1: [rows, width / 2] from int32 ids t [rows]. */
export function angles(ids: Tensor, width: number): Tensor {
  const speeds = Float32Array.from({ length: width / 2 }, (_, m) => LONGEST ** ((-2 * m) / width));
  return tf.mul(tf.reshape(tf.cast(ids, "float32"), [-1, 1]), tf.tensor2d(speeds, [1, width / 2]));
}
