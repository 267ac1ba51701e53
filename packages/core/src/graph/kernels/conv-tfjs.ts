import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { turnedWindows } from "../onnx/convolution.ts";
import { both, frame, reach, span, spread, type Windows } from "./windows.ts";

/** One kind of convolution: what its kernels are called, and its gradients as ops that every tfjs backend has. */
export interface Variant {
  /** One group a channel. */
  readonly grouped: boolean;
  readonly names: { readonly forward: string; readonly toInput: string; readonly toFilter: string };
  toInput(dy: Tensor, filter: Tensor, windows: Windows): Tensor;
  toFilter(x: Tensor, dy: Tensor, windows: Windows): Tensor;
}

/** Windows over dy with zeros between its rows and columns and around it, filters turned by half a turn. */
function turned(dy: Tensor, filter: Tensor, windows: Windows): [x: Tensor4D, filter: Tensor4D] {
  const { before, after } = turnedWindows(windows);
  return [
    frame(spread(dy, windows.strides), before, after) as Tensor4D,
    tf.reverse(filter, [0, 1]) as Tensor4D,
  ];
}

const dilationsOf = ({ dilations }: Windows): [number, number] => [dilations[0], dilations[1]];
const stridesOf = ({ strides }: Windows): [number, number] => [strides[0], strides[1]];

/**
 * x as wide as the windows reach; rows and columns that no window reaches would give taps that the filter has not.
 * With them gone, strides and dilations change places between a convolution and its filter's gradient.
 */
function reached(x: Tensor, windows: Windows): Tensor {
  const { input, before } = windows;
  const rest = both((axis) => span(windows)[axis] + reach(windows, axis) - 1 - before[axis] - input[axis]);
  return frame(x, before, rest);
}

export const dense: Variant = {
  grouped: false,
  names: { forward: "Conv2D", toInput: "Conv2DBackpropInput", toFilter: "Conv2DBackpropFilter" },
  toInput(dy, filter, windows) {
    const [x, back] = turned(dy, filter, windows);
    const swapped = tf.transpose(back, [0, 1, 3, 2]);
    return tf.conv2d(x, swapped, 1, "valid", "NHWC", dilationsOf(windows));
  },
  toFilter(x, dy, windows) {
    const images = tf.transpose(reached(x, windows), [3, 1, 2, 0]) as Tensor4D;
    const filters = tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D;
    const [strides, dilations] = [dilationsOf(windows), stridesOf(windows)];
    return tf.transpose(tf.conv2d(images, filters, strides, "valid", "NHWC", dilations), [1, 2, 0, 3]);
  },
};

export const depthwise: Variant = {
  grouped: true,
  names: {
    forward: "DepthwiseConv2dNative",
    toInput: "DepthwiseConv2dNativeBackpropInput",
    toFilter: "DepthwiseConv2dNativeBackpropFilter",
  },
  toInput(dy, filter, windows) {
    const [x, back] = turned(dy, filter, windows);
    const [height, width, channels, each] = filter.shape as [number, number, number, number];
    const single = tf.reshape(back, [height, width, channels * each, 1]) as Tensor4D;
    const parts = tf.depthwiseConv2d(x, single, 1, "valid", "NHWC", dilationsOf(windows));
    if (each === 1) return parts;
    return tf.sum(tf.reshape(parts, [...parts.shape.slice(0, 3), channels, each]), 4);
  },
  /** Images of the batch side by side as channels of one image; then the sum over the images. */
  toFilter(x, dy, windows) {
    const wide = reached(x, windows);
    const [batch, height, width, channels] = wide.shape as [number, number, number, number];
    const [, rows, columns, output] = dy.shape as [number, number, number, number];
    const image = tf.reshape(tf.transpose(wide, [1, 2, 0, 3]), [1, height, width, batch * channels]);
    const filters = tf.reshape(tf.transpose(dy, [1, 2, 0, 3]), [
      rows,
      columns,
      batch * channels,
      output / channels,
    ]);
    const [strides, dilations] = [dilationsOf(windows), stridesOf(windows)];
    const products = tf.depthwiseConv2d(
      image as Tensor4D,
      filters as Tensor4D,
      strides,
      "valid",
      "NHWC",
      dilations,
    );
    const { kernel } = windows;
    return tf.sum(tf.reshape(products, [kernel[0], kernel[1], batch, channels, output / channels]), 2);
  },
};
