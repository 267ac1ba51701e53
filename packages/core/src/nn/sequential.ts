import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import type { AnyLayer, Chain, Layer, NoParams } from "./layer.ts";
import { layerNorm } from "./layer-norm.ts";

/** Layers one after another; the parameters are the list of the layers' parameters. */
export function sequential(layers: readonly AnyLayer[]): Chain {
  return {
    init: (random) => layers.map((layer) => layer.init(random)),
    apply: (params, x, mode) =>
      layers.reduce((value, layer, i) => layer.apply(params[i] as never, value, mode), x),
  };
}

/** A function without parameters as a layer. */
export const activation = (f: (x: Tensor) => Tensor): Layer<NoParams> => ({
  init: () => [],
  apply: (_, x) => f(x),
});

export interface MlpOptions {
  /** Widths from input to output, at least two. */
  readonly sizes: readonly number[];
  /** After every layer but the last. Default `tf.relu`. */
  readonly activation?: (x: Tensor) => Tensor;
  /** Layer norm between a hidden layer and its activation. Default false. */
  readonly norm?: boolean;
  /** Dropout rate after every hidden activation. Default 0. */
  readonly dropout?: number;
}

/**
 * A multi-layer perceptron: dense layers with an activation, and optionally layer norm and dropout, between them; the last is linear.
 *
 * x is [..., sizes[0]], y is [..., sizes.at(-1)].
 *
 * @throws OutriggerError `bad-option` with fewer than two sizes, or as {@link dense} and {@link dropout} say
 */
export function mlp(options: MlpOptions): Chain {
  const { sizes, activation: f = tf.relu, norm = false, dropout: rate = 0 } = options;
  if (sizes.length < 2) {
    const said = `mlp: sizes is [${sizes.join(", ")}]; give at least the input and the output width.`;
    throw new OutriggerError("bad-option", said, { sizes });
  }
  const layers = sizes.slice(1).flatMap((outputs, i): AnyLayer[] => {
    const inputs = sizes[i] as number;
    if (i === sizes.length - 2) return [dense({ inputs, outputs })];
    const hidden = dense({ inputs, outputs, init: "he" });
    return [hidden, ...(norm ? [layerNorm({ size: outputs })] : []), activation(f), dropout(rate)];
  });
  return sequential(layers);
}
