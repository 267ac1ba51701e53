import { array, type NDArray, type Tree } from "@outrigger/core/graph/array";
import { he } from "@outrigger/core/nn/initialize";
import type { AnyLayer } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { requireCounts } from "../check.ts";
import type { Backbone } from "./backbone.ts";
import { type NormParams, normLayer } from "./norm.ts";

export interface Resnet50Options {
  /** Of the pictures, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Channels of the pictures. Default 3; imported weights need 3. */
  readonly inputs?: number;
  /** The last stage keeps its resolution and looks at pixels two apart: stride 16. False: stride 32. Default true. */
  readonly dilated?: boolean;
  /** Channels of the first convolution; the map has 32 times as many. Default 64, for which weights exist. */
  readonly base?: number;
  /** Residual blocks of the four stages. Default [3, 4, 6, 3], for which weights exist. */
  readonly blocks?: readonly [number, number, number, number];
}

interface Conv {
  readonly size: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  readonly dilation: number;
}

interface Block {
  readonly conv1: Conv;
  readonly conv2: Conv;
  readonly conv3: Conv;
  readonly shortcut: Conv | null;
}

type Kernel<T> = { readonly kernel: T };
type Affine<T> = { readonly scale: T; readonly shift: T };

interface BlockParams<T> {
  readonly conv1: Kernel<T>;
  readonly bn1: Affine<T>;
  readonly conv2: Kernel<T>;
  readonly bn2: Affine<T>;
  readonly conv3: Kernel<T>;
  readonly bn3: Affine<T>;
  /** Convolution and norm, as torchvision's sequence has them. */
  readonly downsample?: readonly [Kernel<T>, Affine<T>];
}

interface ResnetParams<T> {
  readonly conv1: Kernel<T>;
  readonly bn1: Affine<T>;
  readonly layer1: readonly BlockParams<T>[];
  readonly layer2: readonly BlockParams<T>[];
  readonly layer3: readonly BlockParams<T>[];
  readonly layer4: readonly BlockParams<T>[];
}

const STAGES = ["layer1", "layer2", "layer3", "layer4"] as const;

const conv = (size: number, inputs: number, outputs: number, stride = 1, dilation = 1): Conv => ({
  size,
  inputs,
  outputs,
  stride,
  dilation,
});

/** The blocks of every stage: 1 × 1, 3 × 3 (with the stage's stride in its first block) and 1 × 1 to four times the width. */
function plan(base: number, counts: readonly number[], dilated: boolean): Block[][] {
  let inputs = base;
  return counts.map((count, stage) => {
    const inner = base * 2 ** stage;
    return Array.from({ length: count }, (_, place): Block => {
      const spread = dilated && stage === 3;
      const stride = place > 0 || stage === 0 || spread ? 1 : 2;
      const block = {
        conv1: conv(1, inputs, inner),
        // The first block of a dilated stage still looks at neighbours, as in torchvision.
        conv2: conv(3, inner, inner, stride, spread && place > 0 ? 2 : 1),
        conv3: conv(1, inner, 4 * inner),
        shortcut: place === 0 ? conv(1, inputs, 4 * inner, stride) : null,
      };
      inputs = 4 * inner;
      return block;
    });
  });
}

const initConv = (random: Random, { size, inputs, outputs }: Conv): Kernel<NDArray> => {
  const fanIn = size * size * inputs;
  return { kernel: array(he(random, [fanIn, outputs]).data, [size, size, inputs, outputs]) };
};

const initNorm = (random: Random, { outputs }: Conv): NormParams =>
  normLayer("frozen-batch", outputs).init(random);

function initBlock(random: Random, { conv1, conv2, conv3, shortcut }: Block): BlockParams<NDArray> {
  return {
    conv1: initConv(random, conv1),
    bn1: initNorm(random, conv1),
    conv2: initConv(random, conv2),
    bn2: initNorm(random, conv2),
    conv3: initConv(random, conv3),
    bn3: initNorm(random, conv3),
    ...(shortcut && { downsample: [initConv(random, shortcut), initNorm(random, shortcut)] as const }),
  };
}

/** s·(W ∗ x) + t, as (s·W) ∗ x + t: the kernel is smaller than the map. Padding is on both sides, as PyTorch has it. */
function convNorm(
  { size, stride, dilation }: Conv,
  { kernel }: Kernel<Tensor>,
  { scale, shift }: Affine<Tensor>,
  x: Tensor4D,
): Tensor4D {
  const pad = (dilation * (size - 1)) / 2;
  const scaled = tf.mul<Tensor4D>(kernel, scale);
  return tf.add(tf.conv2d(x, scaled, stride, pad, "NHWC", dilation), shift);
}

function applyBlock(block: Block, params: BlockParams<Tensor>, x: Tensor4D): Tensor4D {
  const first = tf.relu(convNorm(block.conv1, params.conv1, params.bn1, x));
  const second = tf.relu(convNorm(block.conv2, params.conv2, params.bn2, first));
  const third = convNorm(block.conv3, params.conv3, params.bn3, second);
  const shortcut = block.shortcut ? convNorm(block.shortcut, ...params.downsample!, x) : x;
  return tf.relu(tf.add(third, shortcut));
}

/** Where the norms are. */
function normPaths(stages: readonly (readonly Block[])[]): string[] {
  const within = STAGES.flatMap((stage, i) =>
    stages[i]!.flatMap(({ shortcut }, place) =>
      ["bn1", "bn2", "bn3", ...(shortcut ? ["downsample/1"] : [])].map((norm) => `${stage}/${place}/${norm}`),
    ),
  );
  return ["bn1", ...within];
}

/**
 * ResNet-50 as torchvision has it, without the classifier: a map of stride 16 with 2048 channels when the last stage is dilated (30 × 40 for pictures
 * of 480 × 640), of stride 32 otherwise. Its batch norms stand still: they are one factor and one summand a channel, listed in `frozen`.
 *
 * 23,508,032 parameters: 23,454,912 of kernels and 53,120 of norms. Parameters bear torchvision's names, `layer1/0/conv1/kernel` for
 * `layer1.0.conv1.weight`; `importResNet50` fills them in. Pictures are RGB from 0 to 1 with ImageNet's mean (0.485, 0.456, 0.406) taken off, divided by
 * its deviation (0.229, 0.224, 0.225).
 *
 * He, Zhang, Ren and Sun, "Deep residual learning for image recognition", CVPR 2016, https://arxiv.org/abs/1512.03385; strides on the 3 × 3 convolutions
 * (torchvision's version 1.5), where the paper has them on the 1 × 1.
 *
 * Cost: at 480 × 640 some 38 thousand million multiplications a picture.
 *
 * @throws VisionRockError `bad-option` for a size that is no positive whole number
 */
export function resnet50(options: Resnet50Options): Backbone {
  const { height, width, inputs = 3, dilated = true, base = 64, blocks = [3, 4, 6, 3] } = options;
  const counts = Object.fromEntries(STAGES.map((stage, i) => [stage, blocks[i]!]));
  requireCounts("resnet50", { height, width, inputs, base, ...counts });
  const stem = conv(7, inputs, base, 2);
  const stages = plan(base, blocks, dilated);
  const layer: AnyLayer = {
    init: (random) =>
      ({
        conv1: initConv(random, stem),
        bn1: initNorm(random, stem),
        ...Object.fromEntries(
          STAGES.map((stage, i) => [stage, stages[i]!.map((block) => initBlock(random, block))]),
        ),
      }) as Tree<NDArray>,
    apply(given, x) {
      const params = given as unknown as ResnetParams<Tensor>;
      const begin = tf.relu(convNorm(stem, params.conv1, params.bn1, x as Tensor4D));
      let map = tf.maxPool(begin, 3, 2, 1);
      STAGES.forEach((stage, i) => {
        stages[i]!.forEach((block, place) => {
          map = applyBlock(block, params[stage][place]!, map);
        });
      });
      return map;
    },
  };
  const stride = dilated ? 16 : 32;
  return {
    layer,
    map: { height: Math.ceil(height / stride), width: Math.ceil(width / stride), channels: 32 * base },
    frozen: normPaths(stages),
  };
}
