import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { checkSizes } from "./check.ts";
import { checkImages } from "./image.ts";
import type { Layer, NoParams } from "./layer.ts";

export interface PoolOptions {
  /** Height and width of the windows. Default 2. */
  readonly size?: number;
  /** Rows and columns from one window to the next. Default: the size, so that windows lie side by side. */
  readonly stride?: number;
  /** "same": ⌈height / stride⌉ rows come out, windows hang over the border. "valid": windows lie inside. Default "valid". */
  readonly padding?: "same" | "valid";
}

type Pool = (x: Tensor4D, size: number, stride: number, padding: "same" | "valid") => Tensor;

function pool(layer: string, options: PoolOptions, f: Pool): Layer<NoParams> {
  const { size = 2, stride = size, padding = "valid" } = options;
  checkSizes(layer, { size, stride });
  return {
    init: () => [],
    apply: (_, x) => f(checkImages(layer, x), size, stride, padding),
  };
}

/**
 * The greatest value of every window, channel by channel. x is [batch, height, width, channels]. The gradient goes to the first of
 * equal values.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, `shape` when x is no batch of images
 */
export const maxPool = (options: PoolOptions = {}): Layer<NoParams> => pool("maxPool", options, tf.maxPool);

/**
 * The mean of every window, channel by channel, over the pixels that lie in the image. Arguments and errors as {@link maxPool}.
 */
export const avgPool = (options: PoolOptions = {}): Layer<NoParams> => pool("avgPool", options, tf.avgPool);

/**
 * The mean over height and width: [batch, height, width, channels] to [batch, channels].
 *
 * @throws OutriggerError `shape` when x is no batch of images
 */
export const globalAveragePool = (): Layer<NoParams> => ({
  init: () => [],
  apply: (_, x) => tf.mean(checkImages("globalAveragePool", x), [1, 2]),
});
