import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { array, type NDArray } from "../graph/array.ts";
import type { Random } from "../random.ts";
import { checkSizes } from "./check.ts";
import { checkImages } from "./image.ts";
import { constant, he } from "./initialize.ts";
import type { Layer } from "./layer.ts";

interface Sliding {
  /** Height and width of the filters, one number for both. Default 3. */
  readonly size?: number | readonly [number, number];
  /** Rows and columns from one window to the next. Default 1. */
  readonly stride?: number;
  /** "same": zeros around the image, ⌈height / stride⌉ rows come out. "valid": windows lie inside. Default "same". */
  readonly padding?: "same" | "valid";
  /** Rows and columns from one place of the window to the next. Default 1. */
  readonly dilation?: number;
  /** Applied to the output, such as `tf.relu`. Default: none. */
  readonly activation?: (x: Tensor) => Tensor;
}

export interface ConvOptions extends Sliding {
  readonly inputs: number;
  readonly outputs: number;
}

export interface DepthwiseConvOptions extends Sliding {
  readonly channels: number;
  /** Filters a channel. Default 1. */
  readonly each?: number;
}

export type ConvParams = { readonly kernel: NDArray; readonly bias: NDArray };

/** What both kinds of convolution share: sizes checked, defaults filled in. */
function sliding(layer: string, options: Sliding) {
  const { size = 3, stride = 1, padding = "same", dilation = 1, activation } = options;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkSizes(layer, { height, width, stride, dilation });
  if (stride > 1 && dilation > 1) {
    const said = `${layer}: stride is ${stride} and dilation ${dilation}; one of the two must be 1.`;
    throw new OutriggerError("bad-option", said, { stride, dilation });
  }
  const finish = (y: Tensor, bias: Tensor): Tensor => {
    const biased = tf.add(y, bias);
    return activation ? activation(biased) : biased;
  };
  return { height, width, stride, padding, dilation, finish };
}

const filters = (random: Random, shape: readonly [number, number, number, number], fanIn: number): NDArray =>
  array(he(random, [fanIn, (shape[0] * shape[1] * shape[2] * shape[3]) / fanIn]).data, shape);

/**
 * A convolution over images, y_{n,i,j,o} = a(b_o + Σ_{p,q,c} x_{n, s·i+d·p−t, s·j+d·q−l, c} · W_{p,q,c,o}), with stride s, dilation d,
 * padding t above and l to the left, kernel W [height, width, inputs, outputs], bias b [outputs] (zero at first) and activation a.
 *
 * x is [batch, height, width, inputs]. W starts normal with variance 2 / (size² · inputs), as {@link he} says. The cost is
 * 2 · pixels · size² · inputs · outputs operations; the gradient of W also holds size² copies of x in memory.
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or for stride and dilation together, `shape`
 *   when x is no batch of images with that many channels
 */
export function conv2d(options: ConvOptions): Layer<ConvParams> {
  const { inputs, outputs } = options;
  checkSizes("conv2d", { inputs, outputs });
  const { height, width, stride, padding, dilation, finish } = sliding("conv2d", options);
  return {
    init: (random) => ({
      kernel: filters(random, [height, width, inputs, outputs], height * width * inputs),
      bias: constant([outputs], 0),
    }),
    apply({ kernel, bias }, x) {
      const images = checkImages("conv2d", x, inputs);
      return finish(tf.conv2d(images, kernel as Tensor4D, stride, padding, "NHWC", dilation), bias);
    },
  };
}

/**
 * A convolution of every channel by itself, with `each` filters a channel: kernel [height, width, channels, each], bias [channels · each].
 * Output channel c · each + k comes from input channel c. Followed by a 1 × 1 {@link conv2d} it makes a separable convolution, at some
 * 1/size² of the cost of a full one.
 *
 * Filters start normal with variance 2 / size². Chollet, "Xception", CVPR 2017, https://arxiv.org/abs/1610.02357
 *
 * @throws OutriggerError as {@link conv2d}
 */
export function depthwiseConv2d(options: DepthwiseConvOptions): Layer<ConvParams> {
  const { channels, each = 1 } = options;
  checkSizes("depthwiseConv2d", { channels, each });
  const { height, width, stride, padding, dilation, finish } = sliding("depthwiseConv2d", options);
  return {
    init: (random) => ({
      kernel: filters(random, [height, width, channels, each], height * width),
      bias: constant([channels * each], 0),
    }),
    apply({ kernel, bias }, x) {
      const images = checkImages("depthwiseConv2d", x, channels);
      const y = tf.depthwiseConv2d(images, kernel as Tensor4D, stride, padding, "NHWC", dilation);
      return finish(y, bias);
    },
  };
}
