import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import type { Layer } from "@outrigger/core/nn/layer";
import { type LayerNormParams, layerNorm } from "@outrigger/core/nn/layer-norm";
import * as tf from "@tensorflow/tfjs";

export type BlockParams = {
  readonly up: DenseParams;
  readonly down: DenseParams;
  readonly norm: LayerNormParams;
};

/** Dense D to 2D, relu, dense 2D to D, layer norm: how a GIN atom and a virtual node digest what they have heard. x and y are [n, D]. */
export function block(width: number): Layer<BlockParams> {
  const up = dense({ inputs: width, outputs: 2 * width, activation: tf.relu });
  const down = dense({ inputs: 2 * width, outputs: width });
  const norm = layerNorm({ size: width });
  return {
    init: (random) => ({ up: up.init(random), down: down.init(random), norm: norm.init(random) }),
    apply(params, x, mode) {
      const hidden = up.apply(params.up, x, mode);
      return norm.apply(params.norm, down.apply(params.down, hidden, mode), mode);
    },
  };
}
