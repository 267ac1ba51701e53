import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { NDArray } from "../graph/array.ts";
import { normalize } from "../graph/ops.ts";
import { checkSizes } from "./check.ts";
import { constant } from "./initialize.ts";
import type { Layer } from "./layer.ts";

export interface LayerNormOptions {
  readonly size: number;
  /** Added to the variance. Default 1e-5, as in PyTorch. */
  readonly epsilon?: number;
}

export type LayerNormParams = { readonly scale: NDArray; readonly shift: NDArray };

/**
 * Normalises each row to mean 0 and variance 1, then scales and shifts: y = s·(x − μ)/√(σ² + ε) + t.
 *
 * μ and σ² are the mean and the (biased) variance over the last axis; s (ones at first) and t (zeros) are learned, [size].
 * x and y are [..., size]. It keeps no running state, so training and evaluation are the same function.
 *
 * Ba, Kiros and Hinton, "Layer normalization", 2016, https://arxiv.org/abs/1607.06450
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` when x has another last axis
 */
export function layerNorm({ size, epsilon = 1e-5 }: LayerNormOptions): Layer<LayerNormParams> {
  checkSizes("layerNorm", { size });
  return {
    init: () => ({ scale: constant([size], 1), shift: constant([size], 0) }),
    apply({ scale, shift }, x) {
      if (x.shape.at(-1) !== size) {
        const said = `layerNorm: the input is [${x.shape.join(", ")}], but its last axis must be ${size}.`;
        throw new OutriggerError("shape", said, { shape: x.shape, size });
      }
      return tf.add(tf.mul(normalize(x, epsilon), scale), shift);
    },
  };
}
