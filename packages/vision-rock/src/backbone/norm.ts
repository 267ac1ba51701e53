import type { NDArray } from "@outrigger/core/graph/array";
import { groupNorm } from "@outrigger/core/nn/group-norm";
import { constant } from "@outrigger/core/nn/initialize";
import type { Layer } from "@outrigger/core/nn/layer";
import * as tf from "@tensorflow/tfjs";

/**
 * What normalises feature maps. "group": group norm, to train from scratch. "frozen-batch": what a batch norm computes whose statistics
 * stand still, one number by which a channel is multiplied and one that is added; beside imported weights.
 */
export type Norm = "group" | "frozen-batch";

export type NormParams = { readonly scale: NDArray; readonly shift: NDArray };

/** At most 32 groups, as in the paper of group norm, of at least 8 channels where there are as many. */
export function groupsOf(channels: number): number {
  let groups = Math.max(1, Math.min(32, Math.floor(channels / 8)));
  while (channels % groups !== 0) groups--;
  return groups;
}

/**
 * A batch norm whose mean μ and variance σ² stand still: y = γ (x − μ)/√(σ² + ε) + β = s·x + t, channel by channel, with s = γ/√(σ² + ε) and
 * t = β − s μ.
 *
 * s (ones at first) and t (zeros) are all the parameters: statistics are folded into them when weights are imported. x is [..., channels].
 *
 * Ioffe and Szegedy, "Batch normalization", ICML 2015, https://arxiv.org/abs/1502.03167
 */
const frozenBatchNorm = (channels: number): Layer<NormParams> => ({
  init: () => ({ scale: constant([channels], 1), shift: constant([channels], 0) }),
  apply: ({ scale, shift }, x) => tf.add(tf.mul(x, scale), shift),
});

/** The norm of that kind: 2 parameters a channel. x is [batch, height, width, channels]. */
export const normLayer = (kind: Norm, channels: number): Layer<NormParams> =>
  kind === "group" ? groupNorm({ channels, groups: groupsOf(channels) }) : frozenBatchNorm(channels);
