import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array, type NDArray, type Tree } from "../../graph/index.ts";
import type { Random } from "../../random.ts";

/** Makes one loss of K auxiliary losses, and never less of it where one of them grows: its parameters that multiply are kept at 0 or more. */
export interface Combiner {
  init(auxiliaries: number, random: Random): Tree<NDArray>;
  combine(params: Tree<Tensor>, losses: readonly Scalar[]): Scalar;
  /** Brings parameters back to where they may be. */
  keep(params: Tree<NDArray>): void;
}

const clamp = ({ data }: NDArray): void => {
  for (let i = 0; i < data.length; i++) data[i] = Math.max(0, data[i]!);
};

/** Σ_k φ_k L_k. */
export const linearCombiner = (initial: number): Combiner => ({
  init: (auxiliaries) => array(Array.from({ length: auxiliaries }, () => initial)),
  combine: (weights, losses) => tf.sum(tf.mul(weights as Tensor, tf.stack([...losses]))),
  keep: (weights) => clamp(weights as NDArray),
});

type Layers<T> = readonly { readonly kernel: T; readonly bias: T }[];

/** A perceptron with softplus between its layers and weights of 0 or more; one number comes out. All auxiliaries count alike at first. */
export const monotoneNetwork = (hidden: readonly number[]): Combiner => ({
  init(auxiliaries, random) {
    const widths = [auxiliaries, ...hidden, 1];
    return widths.slice(1).map((outputs, l) => {
      const inputs = widths[l]!;
      const draw = (): number[] => Array.from({ length: outputs }, () => (2 * random.uniform()) / inputs);
      const alike = draw();
      const kernel = Array.from({ length: inputs }, () => (l === 0 ? alike : draw())).flat();
      return { kernel: array(kernel, [inputs, outputs]), bias: array(new Float32Array(outputs)) };
    });
  },
  combine(params, losses) {
    const layers = params as unknown as Layers<Tensor>;
    const out = layers.reduce<Tensor>(
      (x, { kernel, bias }, l) => {
        const sums = tf.add(tf.matMul(x as Tensor2D, kernel as Tensor2D), bias);
        return l === layers.length - 1 ? sums : tf.softplus(sums);
      },
      tf.reshape(tf.stack([...losses]), [1, -1]),
    );
    return tf.reshape(out, []) as Scalar;
  },
  keep(params) {
    for (const { kernel } of params as unknown as Layers<NDArray>) clamp(kernel);
  },
});
