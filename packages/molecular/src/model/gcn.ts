import type { NDArray } from "@outrigger/core/graph/array";
import { segmentSum } from "@outrigger/core/graph/index";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import { constant } from "@outrigger/core/nn/initialize";
import { type LayerNormParams, layerNorm } from "@outrigger/core/nn/layer-norm";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import type { GraphModel } from "./graph-model.ts";
import { type Convolution, type MessagePassingOptions, messagePassing } from "./message-passing.ts";

type GcnParams = {
  readonly linear: DenseParams;
  readonly bond: EmbeddingParams;
  readonly root: NDArray;
  readonly norm: LayerNormParams;
};

/** [A, 1] bonds of each atom, and one for itself. */
function degrees(target: Tensor, atoms: number): Tensor {
  const ones = tf.ones([target.shape[0]!, 1]);
  return tf.add(segmentSum(ones, target as Tensor1D, atoms), 1);
}

function gcnConvolution(width: number): Convolution<GcnParams> {
  const linear = dense({ inputs: width, outputs: width });
  const bond = multiHotEmbedding({ categories: BOND_VOCABULARY, width });
  const norm = layerNorm({ size: width });
  return {
    init: (random) => ({
      linear: linear.init(random),
      bond: bond.init(random),
      root: constant([1, width], 0),
      norm: norm.init(random),
    }),
    apply(params, h, { bonds, source, target }, mode) {
      const x = linear.apply(params.linear, h, mode);
      const degree = degrees(target, h.shape[0]!);
      const scale = tf.rsqrt(degree);
      const messages = tf.relu(tf.add(tf.gather(x, source), bond.apply(params.bond, bonds, mode)));
      // 1/√d_i is the same for all messages of an atom, so it waits for their sum.
      const sent = tf.mul(messages, tf.gather(scale, source));
      const received = tf.mul(segmentSum(sent, target as Tensor1D, h.shape[0]!), scale);
      const own = tf.div(tf.relu(tf.add(x, params.root as Tensor)), degree);
      return norm.apply(params.norm, tf.add(received, own), mode);
    },
  };
}

/**
 * Graph convolutional network with bond features, after the baselines "gcn" and "gcn-virtual" of the Open Graph Benchmark:
 * {@link messagePassing} with the convolution
 *
 *     x_i = W·u_i + b
 *     m_i = Σ_(j,i) relu(x_j + Σ_f bondTable_f[feature_f(j,i)]) / √(d_j·d_i)
 *     convolution(u)_i = norm(m_i + relu(x_i + root) / d_i)
 *
 * over bonds (j, i) in both directions, with d_i one more than the number of bonds of atom i and `root` a learned vector in place of the
 * bond of an atom to itself. Layer norm instead of OGB's batch norm. About 2·L·A·D² operations forwards, and with a virtual node 8·L·B·D²
 * more.
 *
 * Kipf and Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017, https://arxiv.org/abs/1609.02907;
 * baseline: Hu et al., "Open graph benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687
 *
 * @throws OutriggerError as {@link messagePassing} does
 */
export const gcn = (options: MessagePassingOptions): GraphModel =>
  messagePassing("gcn", gcnConvolution, options);
