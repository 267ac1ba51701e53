import type { NDArray } from "@outrigger/core/graph/array";
import { segmentMax, segmentSum, stopGradient } from "@outrigger/core/graph/index";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { dropout } from "@outrigger/core/nn/dropout";
import type { GruParams } from "@outrigger/core/nn/gru";
import { constant, glorot } from "@outrigger/core/nn/initialize";
import type { Mode, TensorsOf } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { spread } from "./graphs.ts";
import { gruCell } from "./gru-cell.ts";

/**
 * Mean of the members of each group, weighted by the softmax of their scores within the group:
 * out_g = Σ_{e: g(e) = g} exp(s_e)·x_e / Σ_{e: g(e) = g} exp(s_e); zero for a group without members.
 *
 * Exponents are taken of s_e minus the group's greatest, so none overflows, and the denominator is at least 1 in every group that has
 * members. Members with id −1 count nowhere and give no gradient.
 *
 * @param scores [members, 1]
 * @param x [members, width]
 * @param ids [members] int32, the group of each member
 * @returns [groups, width]
 */
export function attentionMean(scores: Tensor, x: Tensor, ids: Tensor, groups: number): Tensor {
  const group = ids as Tensor1D;
  const greatest = spread(segmentMax(stopGradient(scores), group, groups), ids);
  const present = tf.reshape(tf.greaterEqual(ids, tf.scalar(0, "int32")), scores.shape);
  // A padded member could lie far above the greatest score of the group that it is compared with.
  const shifted = tf.where(present, tf.sub(scores, stopGradient(greatest)), tf.zerosLike(scores));
  const weights = tf.exp(shifted);
  const total = tf.maximum(segmentSum(weights, group, groups), 1);
  return tf.div(segmentSum(tf.mul(weights, x), group, groups), total);
}

export type AttentionStepParams = {
  readonly own: NDArray;
  readonly member: NDArray;
  readonly bias: NDArray;
  readonly transform: DenseParams;
  readonly gru: GruParams;
};

export interface AttentionStep {
  init(random: Random): AttentionStepParams;
  /** The states [n, width] after hearing `members` [m, width] that belong to them by `ids` [m]. */
  apply(
    params: TensorsOf<AttentionStepParams>,
    state: Tensor,
    members: Tensor,
    ids: Tensor,
    mode: Mode,
  ): Tensor;
}

const LEAK = 0.01;
export const leakyRelu = (x: Tensor): Tensor => tf.leakyRelu(x, LEAK);

/**
 * Nodes attend to their members (an atom to its neighbours, a molecule to its atoms) and update their states by a gated recurrent unit:
 *
 *     score_e = leakyRelu(p·relu(h_g(e)) + q·x_e + c)            a = softmax of the scores within each group
 *     context_g = elu(W·Σ_e∈g a_e·x_e + b)                        h_g ← GRU(dropout(context_g), h_g)
 *
 * W acts after the weighted mean, which is the same function as before it, on fewer rows. A node without members has the context elu(b).
 */
export function attentionStep(width: number, rate: number): AttentionStep {
  const transform = dense({ inputs: width, outputs: width });
  const gru = gruCell(width);
  const drop = dropout(rate);
  return {
    init: (random) => ({
      own: glorot(random, [width, 1]),
      member: glorot(random, [width, 1]),
      bias: constant([1], 0),
      transform: transform.init(random),
      gru: gru.init(random),
    }),
    apply({ own, member, bias, transform: map, gru: cell }, state, members, ids, mode) {
      const fromOwn = spread(tf.matMul(tf.relu(state) as Tensor2D, own as Tensor2D), ids);
      const fromMember = tf.matMul(members as Tensor2D, member as Tensor2D);
      const scores = leakyRelu(tf.add(tf.add(fromOwn, fromMember), bias));
      const mean = attentionMean(scores, members, ids, state.shape[0]!);
      const context = drop.apply([], tf.elu(transform.apply(map, mean, mode)), mode);
      return gru.apply(cell, context, state);
    },
  };
}
