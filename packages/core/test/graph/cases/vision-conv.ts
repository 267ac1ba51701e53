import type { Tensor, Tensor3D, Tensor4D } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { type Case, numbers } from "../case.ts";

type Convolve = (x: Tensor4D, filter: Tensor4D) => Tensor;

const conv = (name: string, f: Convolve, image: number[], filter: number[], numeric = false): Case => ({
  name,
  f: ([x, w]) => f(x as Tensor4D, w as Tensor4D),
  x: [numbers(image), numbers(filter, -1, 1, 0.3)],
  numeric,
});

const explicit: [number, number][] = [
  [0, 0],
  [2, 1],
  [0, 1],
  [0, 0],
];

const image = [2, 5, 6, 2];

const plain: readonly Case[] = [
  conv("conv2d, same", (x, w) => tf.conv2d(x, w, 1, "same"), image, [3, 3, 2, 3]),
  conv("conv2d, valid", (x, w) => tf.conv2d(x, w, 1, "valid"), image, [3, 2, 2, 3]),
  conv("conv2d, stride 2, same", (x, w) => tf.conv2d(x, w, 2, "same"), image, [3, 3, 2, 3]),
  conv("conv2d, stride 2, valid", (x, w) => tf.conv2d(x, w, 2, "valid"), image, [3, 3, 2, 3]),
  conv("conv2d, strides 1 and 3", (x, w) => tf.conv2d(x, w, [1, 3], "same"), image, [2, 2, 2, 3]),
  conv("conv2d, stride beyond the filter", (x, w) => tf.conv2d(x, w, 3, "valid"), image, [2, 2, 2, 3]),
  conv("conv2d, 1×1", (x, w) => tf.conv2d(x, w, 1, "valid"), image, [1, 1, 2, 3]),
  conv("conv2d, 1×1, stride 2", (x, w) => tf.conv2d(x, w, 2, "same"), image, [1, 1, 2, 3]),
  conv("conv2d, even filter, same", (x, w) => tf.conv2d(x, w, 1, "same"), image, [4, 2, 2, 1]),
  conv("conv2d, padding 2", (x, w) => tf.conv2d(x, w, 1, 2), image, [3, 3, 2, 2]),
  conv(
    "conv2d, padding beyond the filter",
    (x, w) => tf.conv2d(x, w, 1, 2, "NHWC", 1, "floor"),
    image,
    [2, 2, 2, 2],
  ),
  conv(
    "conv2d, rounding up",
    (x, w) => tf.conv2d(x, w, 2, 0, "NHWC", 1, "ceil"),
    [2, 6, 5, 2],
    [3, 3, 2, 2],
    true,
  ),
  conv("conv2d, explicit padding", (x, w) => tf.conv2d(x, w, 2, explicit as never), image, [3, 3, 2, 2]),
  conv(
    "conv2d, dilation 2, same",
    (x, w) => tf.conv2d(x, w, 1, "same", "NHWC", 2),
    [1, 6, 7, 2],
    [3, 3, 2, 2],
    true,
  ),
  conv(
    "conv2d, dilation 2, valid",
    (x, w) => tf.conv2d(x, w, 1, "valid", "NHWC", [2, 1]),
    [1, 6, 5, 2],
    [3, 2, 2, 2],
    true,
  ),
  {
    name: "conv1d",
    f: ([x, w]) => tf.conv1d(x as Tensor3D, w as Tensor3D, 2, "same"),
    x: [numbers([2, 7, 3]), numbers([3, 3, 2], -1, 1, 0.3)],
  },
  {
    name: "conv2d of one image",
    f: ([x, w]) => tf.conv2d(x as Tensor3D, w as Tensor4D, 1, "same"),
    x: [numbers([4, 3, 2]), numbers([2, 2, 2, 2], -1, 1, 0.3)],
  },
];

const transposed: readonly Case[] = [
  conv(
    "conv2dTranspose, stride 2, same",
    (x, w) => tf.conv2dTranspose(x, w, [2, 6, 7, 3], 2, "same"),
    [2, 3, 4, 2],
    [3, 3, 3, 2],
  ),
  conv(
    "conv2dTranspose, stride 2, valid",
    (x, w) => tf.conv2dTranspose(x, w, [1, 8, 7, 2], 2, "valid"),
    [1, 3, 3, 2],
    [3, 3, 2, 2],
  ),
  conv(
    "conv2dTranspose, stride 1",
    (x, w) => tf.conv2dTranspose(x, w, [1, 5, 4, 2], 1, "same"),
    [1, 5, 4, 2],
    [3, 2, 2, 2],
  ),
];

const depthwise: readonly Case[] = [
  conv("depthwiseConv2d, same", (x, w) => tf.depthwiseConv2d(x, w, 1, "same"), image, [3, 3, 2, 1]),
  conv(
    "depthwiseConv2d, two filters a channel",
    (x, w) => tf.depthwiseConv2d(x, w, 1, "valid"),
    image,
    [2, 3, 2, 2],
  ),
  conv(
    "depthwiseConv2d, six filters a channel",
    (x, w) => tf.depthwiseConv2d(x, w, 1, "same"),
    [1, 3, 4, 2],
    [2, 2, 2, 6],
  ),
  conv(
    "depthwiseConv2d, five filters a channel, stride 2",
    (x, w) => tf.depthwiseConv2d(x, w, 2, "same"),
    [1, 4, 5, 2],
    [3, 2, 2, 5],
  ),
  conv("depthwiseConv2d, stride 2, same", (x, w) => tf.depthwiseConv2d(x, w, 2, "same"), image, [3, 3, 2, 2]),
  conv(
    "depthwiseConv2d, stride 2, valid",
    (x, w) => tf.depthwiseConv2d(x, w, 2, "valid"),
    image,
    [2, 2, 2, 1],
  ),
  conv("depthwiseConv2d, padding 1", (x, w) => tf.depthwiseConv2d(x, w, 2, 1), image, [3, 3, 2, 2]),
  conv(
    "depthwiseConv2d of one channel",
    (x, w) => tf.depthwiseConv2d(x, w, 2, "same"),
    [2, 5, 4, 1],
    [3, 3, 1, 3],
  ),
  conv(
    "depthwiseConv2d, dilation 2",
    (x, w) => tf.depthwiseConv2d(x, w, 1, "same", "NHWC", 2),
    [1, 6, 5, 2],
    [3, 2, 2, 2],
    true,
  ),
  {
    name: "separableConv2d",
    f: ([x, d, p]) => tf.separableConv2d(x as Tensor4D, d as Tensor4D, p as Tensor4D, 1, "same"),
    x: [numbers([2, 4, 5, 2]), numbers([3, 3, 2, 2], -1, 1, 0.3), numbers([1, 1, 4, 3], -1, 1, 0.6)],
  },
];

const fused: readonly Case[] = (["linear", "relu", "elu", "sigmoid", "relu6"] as const).map((activation) => ({
  name: `fused conv2d with bias, ${activation}`,
  f: ([x, filter, bias]) =>
    tf.fused.conv2d({
      x: x as Tensor4D,
      filter: filter as Tensor4D,
      bias: bias!,
      strides: 1,
      pad: "same",
      activation,
    }),
  x: [numbers([2, 4, 3, 2]), numbers([3, 3, 2, 2], -1, 1, 0.3), numbers([2], -0.5, 0.5)],
}));

const fusedOthers: readonly Case[] = [
  {
    name: "fused depthwiseConv2d with bias, relu",
    f: ([x, filter, bias]) =>
      tf.fused.depthwiseConv2d({
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        bias: bias!,
        strides: 1,
        pad: "valid",
        activation: "relu",
      }),
    x: [numbers([2, 4, 3, 2]), numbers([2, 2, 2, 1], -1, 1, 0.3), numbers([2], -0.5, 0.5)],
  },
  {
    name: "fused conv2d, prelu",
    f: ([x, filter, slope]) =>
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: filter as Tensor4D,
        strides: 2,
        pad: "same",
        activation: "prelu",
        preluActivationWeights: slope!,
      }),
    x: [numbers([2, 4, 3, 2]), numbers([3, 3, 2, 2], -1, 1, 0.3), numbers([2], 0.1, 0.5)],
    numeric: true,
  },
];

export const cases: readonly Case[] = [...plain, ...transposed, ...depthwise, ...fused, ...fusedOthers];
