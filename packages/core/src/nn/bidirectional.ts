import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray, Tree } from "../graph/array.ts";
import type { Random } from "../random.ts";
import type { Mode } from "./layer.ts";
import type { AnySequenceLayer } from "./sequence.ts";

/** The parameters of both directions, passed on unseen. */
export interface Bidirectional {
  init(random: Random): { readonly forward: Tree<NDArray>; readonly backward: Tree<NDArray> };
  apply(
    params: { readonly forward: Tree<Tensor>; readonly backward: Tree<Tensor> },
    x: Tensor,
    mode: Mode,
    mask?: Tensor,
  ): Tensor;
}

/**
 * Two recurrent layers over one sequence, one read from each end, with their outputs side by side: [batch, time, 2·units].
 *
 * Padding after the end needs no reversal of sequences: the backward layer's state stays zero until the last step that is there.
 *
 * Schuster and Paliwal, "Bidirectional recurrent neural networks", IEEE Transactions on Signal Processing 1997,
 * https://doi.org/10.1109/78.650093
 *
 * @example bidirectional((reverse) => gru({ inputs: 4, units: 8, reverse }))
 */
export function bidirectional(make: (reverse: boolean) => AnySequenceLayer): Bidirectional {
  const [forward, backward] = [make(false), make(true)];
  return {
    init: (random) => ({ forward: forward.init(random), backward: backward.init(random) }),
    apply(params, x, mode, mask) {
      const ahead = forward.apply(params.forward as never, x, mode, mask);
      return tf.concat([ahead, backward.apply(params.backward as never, x, mode, mask)], 2);
    },
  };
}
