import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Attributes, Node } from "../graph.ts";
import { defineKernel, type Shaped } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { type Channels, convolution, filterGradient, inputGradient } from "../onnx/convolution.ts";
import { dense, depthwise, type Variant } from "./conv-tfjs.ts";
import { forTfjs, type Pair, refuseChannelsFirst, takesPadding, type Windows, windowsOf } from "./windows.ts";

/** The transposed convolution says nothing of dilations, and tfjs's kernels need them. */
function run(name: string, inputs: NamedTensorMap, attributes: Attributes): Tensor {
  const complete = { ...attributes, dilations: attributes.dilations ?? 1 };
  return tf.engine().runKernel(name, inputs, complete as unknown as NamedAttrMap) as Tensor;
}

interface Sizes {
  readonly windows: Windows;
  readonly channels: Channels;
}

/** Filters are [height, width, input channels, output channels], or per input channel for depthwise ones. */
function sizesOf(
  { grouped }: Variant,
  x: readonly number[],
  filter: readonly number[],
  attributes: Attributes,
): Sizes {
  refuseChannelsFirst("convolution", attributes);
  const [height, width, input, last] = filter as [number, number, number, number];
  const windows = windowsOf(x, [height, width], attributes);
  const [output, groups] = grouped ? [input * last, input] : [last, 1];
  return { windows, channels: { batch: x[0]!, input, output, groups } };
}

/** Filters as ONNX has them: [output, input / groups, height, width]. */
function onnxFilters(filters: string, { windows, channels }: Sizes, b: OnnxBuilder): string {
  const { input, output, groups } = channels;
  if (groups === 1) return b.add("Transpose", [filters], { perm: [3, 2, 0, 1] });
  const ordered = b.add("Transpose", [filters], { perm: [2, 3, 0, 1] });
  return b.reshape(ordered, [output, input / groups, ...windows.kernel]);
}

/**
 * A convolution and its two gradients. All three are linear in each of their inputs, so each one's gradient consists of the two
 * others. tfjs has not all of these, and refuses dilations in gradients.
 */
function defineConvolution(variant: Variant): void {
  const { forward, toInput, toFilter } = variant.names;
  const outputShape = (x: Shaped, filter: readonly number[], attributes: Attributes): number[] => {
    const { windows, channels } = sizesOf(variant, x.shape, filter, attributes);
    return [channels.batch, ...windows.output, channels.output];
  };
  const filterOf = ({ inputs, attributes }: Node): readonly number[] =>
    inputs.filter?.shape ?? (attributes.filterShape as number[]);
  const imageOf = ({ inputs, attributes }: Node): readonly number[] =>
    inputs.x?.shape ?? (attributes.inputShape as number[]);
  const sizes = (node: Node): Sizes => sizesOf(variant, imageOf(node), filterOf(node), node.attributes);

  defineKernel({
    name: forward,
    infer: ({ x, filter }, attributes) => [outputShape(x!, filter!.shape, attributes), "float32"],
    channelsFirst: { inputs: ["x"], output: true },
    onnx(node, { x, filter }, b) {
      const { windows, channels } = sizes(node);
      return convolution(x!, onnxFilters(filter!, { windows, channels }, b), channels, windows, b);
    },
    gradient: {
      inputsToSave: ["x", "filter"],
      gradFunc: (dy, [x, filter], attributes) => ({
        x: () => run(toInput, { dy: dy as Tensor, filter: filter! }, { ...attributes, inputShape: x!.shape }),
        filter: () =>
          run(toFilter, { x: x!, dy: dy as Tensor }, { ...attributes, filterShape: filter!.shape }),
      }),
    },
    tfjs({ x, filter }, attributes) {
      const { windows } = sizesOf(variant, x!.shape, filter!.shape, attributes);
      return run(forward, { x: x!, filter: filter! }, forTfjs(windows, attributes));
    },
    always: true,
  });

  defineKernel({
    name: toInput,
    infer: (_inputs, { inputShape }) => [inputShape as number[], "float32"],
    channelsFirst: { inputs: ["dy"], output: true },
    onnx(node, { dy, filter }, b) {
      const { windows, channels } = sizes(node);
      return inputGradient(dy!, filter!, channels, windows, b);
    },
    gradient: {
      inputsToSave: ["dy", "filter"],
      gradFunc: (dx, [dy, filter], attributes) => ({
        dy: () => run(forward, { x: dx as Tensor, filter: filter! }, attributes as Attributes),
        filter: () =>
          run(toFilter, { x: dx as Tensor, dy: dy! }, { ...attributes, filterShape: filter!.shape }),
      }),
    },
    tfjs({ dy, filter }, attributes) {
      const shape = attributes.inputShape as number[];
      const { windows } = sizesOf(variant, shape, filter!.shape, attributes);
      if (isNative(toInput, windows, attributes))
        return run(toInput, { dy: dy!, filter: filter! }, attributes);
      return variant.toInput(dy!, filter!, windows);
    },
    always: true,
  });

  defineKernel({
    name: toFilter,
    infer: (_inputs, { filterShape }) => [filterShape as number[], "float32"],
    channelsFirst: { inputs: ["x", "dy"], output: false },
    onnx(node, { x, dy }, b) {
      const { windows, channels } = sizes(node);
      return filterGradient(x!, dy!, channels, windows, b);
    },
    gradient: {
      inputsToSave: ["x", "dy"],
      gradFunc: (dw, [x, dy], attributes) => ({
        x: () => run(toInput, { dy: dy!, filter: dw as Tensor }, { ...attributes, inputShape: x!.shape }),
        dy: () => run(forward, { x: x!, filter: dw as Tensor }, attributes as Attributes),
      }),
    },
    tfjs({ x, dy }, attributes) {
      const shape = attributes.filterShape as number[];
      const { windows } = sizesOf(variant, x!.shape, shape, attributes);
      if (isNative(toFilter, windows, attributes)) return run(toFilter, { x: x!, dy: dy! }, attributes);
      return variant.toFilter(x!, dy!, windows);
    },
    always: true,
  });
}

const ones = ([a, b]: Pair): boolean => a === 1 && b === 1;

/** tfjs's own gradient kernels know no dilations. */
const isNative = (name: string, { dilations }: Windows, attributes: Attributes): boolean =>
  ones(dilations) && takesPadding(attributes) && tf.getKernel(name, tf.getBackend()) !== undefined;

defineConvolution(dense);
defineConvolution(depthwise);
