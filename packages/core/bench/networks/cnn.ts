import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { array, type NDArray } from "../../src/graph/array.ts";
import { constant, he } from "../../src/nn/initialize.ts";
import type { TensorsOf } from "../../src/nn/layer.ts";
import type { Random } from "../../src/random.ts";
import {
  classes,
  crossEntropy,
  labelsOf,
  type Network,
  normal,
  type Problem,
  taskHeads,
  taskNames,
} from "../network.ts";

const [batch, size, colours, classCount] = [32, 64, 3, 10];
const widths = [16, 32, 64];
/** Inputs and outputs of the convolutions, two a block. */
const channels = widths.flatMap((width, i) => [
  [i === 0 ? colours : widths[i - 1]!, width] as const,
  [width, width] as const,
]);

type Convolution = { readonly kernel: NDArray; readonly bias: NDArray };
type Trunk = { readonly convolutions: readonly Convolution[] };
type Images = { readonly images: Tensor; readonly labels: { readonly [task: string]: Tensor } };

function convolution(random: Random, inputs: number, outputs: number): Convolution {
  const kernel = he(random, [9 * inputs, outputs]);
  return { kernel: array(kernel.data, [3, 3, inputs, outputs]), bias: constant([outputs], 0) };
}

function applyTrunk({ convolutions }: TensorsOf<Trunk>, images: Tensor): Tensor {
  const found = convolutions.reduce((x, { kernel, bias }, i) => {
    const y = tf.relu(tf.add(tf.conv2d(x as Tensor4D, kernel as Tensor4D, 1, "same"), bias));
    return i % 2 === 1 ? tf.maxPool(y as Tensor4D, 2, 2, "valid") : y;
  }, images);
  return tf.mean(found, [1, 2]);
}

/** Three blocks of conv 3×3, relu, conv 3×3, relu, max pool 2; then the mean over the image and a linear classifier a task. */
export const cnn: Network = {
  name: "cnn",
  title: `CNN, 3 blocks of widths ${widths.join(", ")} at ${size}×${size}×${colours}, batch ${batch}`,
  goal: 1,
  gram: true,
  problem(tasks: number, random: Random): Problem<Images> {
    const names = taskNames(tasks);
    const heads = taskHeads<Images>({
      names,
      inputs: widths.at(-1)!,
      outputs: classCount,
      loss: crossEntropy,
    });
    return {
      tasks: heads.tasks,
      model: {
        init: (stream) => ({
          trunk: { convolutions: channels.map(([from, to]) => convolution(stream, from, to)) },
          heads: heads.init(stream),
        }),
        apply: (params, { images }) =>
          heads.apply(params.heads as never, applyTrunk(params.trunk as unknown as TensorsOf<Trunk>, images)),
      },
      batch: {
        images: normal(random, [batch, size, size, colours]),
        labels: labelsOf(names, () => classes(random, [batch], classCount)),
      },
    };
  },
};
