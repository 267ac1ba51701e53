import {
  type AnyLayer,
  activation,
  conv2d,
  dense,
  type LayerList,
  sequential,
  type Tree,
} from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { ObservationSpace } from "../environment.ts";
import { observationSize } from "../environment.ts";
import { RlGvfError } from "../error.ts";

export interface ConvolutionOptions {
  readonly filters: number;
  /** Height and width. */
  readonly size: number;
  readonly stride: number;
}

export interface TorsoOptions {
  /** Convolutions without padding, each with a rectifier. None: the observation goes on as it is. */
  readonly convolutions: readonly ConvolutionOptions[];
  /** Width of a layer with a rectifier behind them. Default 0: none. */
  readonly hidden?: number;
  /** What observations are divided by. Default 1. */
  readonly divisor?: number;
}

/**
 * `minatar`: 16 filters of 3 × 3, ours after MinAtar's own agents (Young and Tian 2019, https://arxiv.org/abs/1903.03176). `atari` and
 * `maze`: those of Zheng et al., NeurIPS 2021, https://arxiv.org/abs/2102.04897.
 */
export const torsoSettings: Readonly<Record<"minatar" | "atari" | "maze", TorsoOptions>> = {
  minatar: { convolutions: [{ filters: 16, size: 3, stride: 1 }] },
  atari: {
    convolutions: [
      { filters: 32, size: 8, stride: 4 },
      { filters: 64, size: 4, stride: 2 },
      { filters: 64, size: 3, stride: 1 },
    ],
    divisor: 255,
  },
  maze: {
    convolutions: [
      { filters: 32, size: 8, stride: 4 },
      { filters: 64, size: 4, stride: 2 },
      { filters: 64, size: 3, stride: 1 },
    ],
    hidden: 512,
    divisor: 255,
  },
};

export interface Torso {
  /** Width of what comes out. */
  readonly features: number;
  init(random: Random): LayerList;
  /** [N, …observation] to [N, features]. */
  apply(params: Tree<Tensor>, observations: Tensor): Tensor;
}

/**
 * The shared network from observations to features: convolutions and rectifiers, flattened, then maybe a dense layer.
 *
 * @throws RlGvfError `bad-option` where the observation is no image or a filter does not fit into what the one before leaves.
 */
export function torso(space: ObservationSpace, options: TorsoOptions): Torso {
  const { convolutions, hidden = 0, divisor = 1 } = options;
  const layers: AnyLayer[] = [];
  let width = observationSize(space);
  if (convolutions.length > 0) {
    let [height = 0, across = 0, channels = 0] = space.shape;
    for (const { filters, size, stride } of convolutions) {
      if (space.shape.length !== 3 || size > height || size > across) {
        throw new RlGvfError(
          "bad-option",
          `A filter of ${size} × ${size} does not fit into [${height}, ${across}, ${channels}], which is left of the observation [${space.shape.join(", ")}].`,
        );
      }
      layers.push(
        conv2d({ inputs: channels, outputs: filters, size, stride, padding: "valid", activation: tf.relu }),
      );
      height = Math.floor((height - size) / stride) + 1;
      across = Math.floor((across - size) / stride) + 1;
      channels = filters;
    }
    width = height * across * channels;
  }
  const flat = width;
  layers.push(activation((x) => tf.reshape(x, [-1, flat])));
  if (hidden > 0) {
    layers.push(dense({ inputs: width, outputs: hidden, activation: tf.relu }));
    width = hidden;
  }
  const chain = sequential(layers);
  return {
    features: width,
    init: (random) => chain.init(random),
    apply(params, observations) {
      const scaled = divisor === 1 ? observations : tf.div(observations, divisor);
      return chain.apply(params as readonly Tree<Tensor>[], scaled, { training: true });
    },
  };
}
