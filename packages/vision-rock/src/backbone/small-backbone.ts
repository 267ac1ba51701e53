import type { Chain } from "@outrigger/core/nn/layer";
import { sequential } from "@outrigger/core/nn/sequential";
import * as tf from "@tensorflow/tfjs";
import { requireCounts } from "../check.ts";
import type { Backbone } from "./backbone.ts";
import { convUnit } from "./conv-unit.ts";
import type { Norm } from "./norm.ts";

export interface SmallBackboneOptions {
  /** Of the pictures, in pixels. */
  readonly height: number;
  readonly width: number;
  /** Channels of the pictures. Default 3. */
  readonly inputs?: number;
  /** Channels at stride 2, 4 and 8. Default [24, 48, 48]. */
  readonly channels?: readonly [number, number, number];
  /** Residual blocks at stride 8. Default 2. */
  readonly blocks?: number;
  /** Default "group". */
  readonly norm?: Norm;
}

/** y = relu(x + norm(conv(relu(norm(conv(x)))))), 3 × 3 convolutions of one width. */
function residualBlock(channels: number, norm: Norm): Chain {
  const inner = sequential([
    convUnit({ inputs: channels, outputs: channels, norm }),
    convUnit({ inputs: channels, outputs: channels, norm, relu: false }),
  ]);
  return {
    init: (random) => inner.init(random),
    apply: (params, x, mode) => tf.relu(tf.add(x, inner.apply(params, x, mode))),
  };
}

/**
 * A small residual network to train from scratch: three 3 × 3 convolutions of stride 2, then residual blocks; a map of stride 8,
 * ⌈height / 8⌉ × ⌈width / 8⌉.
 *
 * Every convolution is followed by a norm. 115,632 parameters at the defaults. He et al., "Deep
 * residual learning for image recognition", CVPR 2016, https://arxiv.org/abs/1512.03385; widths are an own choice.
 *
 * @throws VisionRockError `bad-option` for a size that is no positive whole number
 */
export function smallBackbone(options: SmallBackboneOptions): Backbone {
  const { height, width, inputs = 3, channels = [24, 48, 48], blocks = 2, norm = "group" } = options;
  const [first, second, third] = channels;
  requireCounts("smallBackbone", { height, width, inputs, blocks, first, second, third });
  const layer = sequential([
    convUnit({ inputs, outputs: first, stride: 2, norm }),
    convUnit({ inputs: first, outputs: second, stride: 2, norm }),
    convUnit({ inputs: second, outputs: third, stride: 2, norm }),
    ...Array.from({ length: blocks }, () => residualBlock(third, norm)),
  ]);
  return {
    layer,
    map: { height: Math.ceil(height / 8), width: Math.ceil(width / 8), channels: third },
    frozen: [],
  };
}
