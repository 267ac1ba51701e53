import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { defineComposite } from "../kernel.ts";
import { activate } from "./activation.ts";
import type { WindowAttributes } from "./windows.ts";

/**
 * tfjs fuses a convolution with its bias and activation outside of gradients. A graph records the parts, so that they have
 * gradients and share work with the rest.
 */
for (const [name, convolve] of [
  ["FusedConv2D", tf.conv2d],
  ["FusedDepthwiseConv2D", tf.depthwiseConv2d],
] as const) {
  defineComposite(name, ({ x, filter, bias, preluActivationWeights }, attributes) => {
    const { strides, pad, dilations, dimRoundingMode } = attributes as unknown as WindowAttributes;
    const dataFormat = (attributes.dataFormat as "NHWC" | undefined) ?? "NHWC";
    const [images, filters] = [x as Tensor4D, filter as Tensor4D];
    const steps = pad as "same";
    const y = convolve(images, filters, strides, steps, dataFormat, dilations ?? 1, dimRoundingMode);
    const biased: Tensor = bias ? tf.add(y, bias) : y;
    return activate(biased, attributes, preluActivationWeights);
  });
}
