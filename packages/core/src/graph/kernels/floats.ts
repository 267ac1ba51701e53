import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/**
 * tf.cast(x, "float32"). tfjs's WebGPU backend leaves integers and bools where they are and says that they are floats, which some of its
 * programs do not compile for: there they are added to zero.
 */
export function floatsOf(x: Tensor): Tensor {
  const cast = tf.cast(x, "float32");
  return x.dtype !== "float32" && tf.getBackend() === "webgpu" ? tf.add(cast, 0) : cast;
}
