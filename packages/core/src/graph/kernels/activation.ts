import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Attributes } from "../graph.ts";

const activations: Record<string, (x: Tensor) => Tensor> = {
  linear: (x) => x,
  relu: tf.relu,
  relu6: tf.relu6,
  elu: tf.elu,
  sigmoid: tf.sigmoid,
};

/** The activation of one of tfjs's fused kernels, as ops. */
export function activate(x: Tensor, attributes: Attributes, slope?: Tensor): Tensor {
  const { activation, leakyreluAlpha } = attributes;
  if (activation === "prelu") return tf.prelu(x, slope!);
  if (activation === "leakyrelu") return tf.leakyRelu(x, (leakyreluAlpha as number | undefined) ?? 0.2);
  return activations[(activation as string | undefined) ?? "linear"]!(x);
}
