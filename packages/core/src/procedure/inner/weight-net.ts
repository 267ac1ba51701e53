import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../../graph/index.ts";
import { dense } from "../../nn/dense.ts";
import type { Random } from "../../random.ts";

/** One number a row from its features. */
export interface WeightNet {
  init(random: Random): Tree<NDArray>;
  apply(phi: Tree<Tensor>, features: Tensor2D): Tensor1D;
}

interface WeightNetOptions {
  readonly inputs: number;
  readonly hidden: number;
  readonly activation: (x: Tensor) => Tensor;
  /** Columns of the features that say which task it is. */
  readonly names?: { readonly from: number; readonly count: number };
}

/**
 * A perceptron with one hidden layer. Its last layer is 0 at first, and so is what reads the tasks' names: all rows begin alike, and the
 * order of the tasks means nothing.
 */
export function weightNet({ inputs, hidden, activation, names }: WeightNetOptions): WeightNet {
  const first = dense({ inputs, outputs: hidden, activation });
  const last = dense({ inputs: hidden, outputs: 1 });
  const mode = { training: true };
  return {
    init(random) {
      const layers = { first: first.init(random), last: last.init(random) };
      const { from, count } = names ?? { from: 0, count: 0 };
      layers.first.kernel.data.fill(0, from * hidden, (from + count) * hidden);
      layers.last.kernel.data.fill(0);
      return layers;
    },
    apply(phi, features) {
      const layers = phi as { first: never; last: never };
      const seen = first.apply(layers.first, features, mode);
      return tf.reshape(last.apply(layers.last, seen, mode), [-1]);
    },
  };
}
