import type { NDArray } from "@outrigger/core/graph/array";
import { segmentSum } from "@outrigger/core/graph/index";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import { constant } from "@outrigger/core/nn/initialize";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import { type BlockParams, block } from "./block.ts";
import type { GraphModel } from "./graph-model.ts";
import { type Convolution, type MessagePassingOptions, messagePassing } from "./message-passing.ts";

type GinParams = {
  readonly bond: EmbeddingParams;
  readonly epsilon: NDArray;
  readonly update: BlockParams;
};

function ginConvolution(width: number): Convolution<GinParams> {
  const bond = multiHotEmbedding({ categories: BOND_VOCABULARY, width });
  const update = block(width);
  return {
    init: (random) => ({
      bond: bond.init(random),
      epsilon: constant([1], 0),
      update: update.init(random),
    }),
    apply(params, h, { bonds, source, target }, mode) {
      const messages = tf.relu(tf.add(tf.gather(h, source), bond.apply(params.bond, bonds, mode)));
      const received = segmentSum(messages, target as Tensor1D, h.shape[0]!);
      const own = tf.mul(h, tf.add(params.epsilon as Tensor, 1));
      return update.apply(params.update, tf.add(own, received), mode);
    },
  };
}

/**
 * Graph isomorphism network with bond features, after the baselines "gin" and "gin-virtual" of the Open Graph Benchmark:
 * {@link messagePassing} with the convolution
 *
 *     m_i = Σ_(j,i) relu(u_j + Σ_f bondTable_f[feature_f(j,i)])
 *     convolution(u)_i = block((1 + ε)·u_i + m_i)
 *
 * over bonds (j, i) in both directions. Departures from OGB's code: layer norm instead of batch norm, and only one a block, after its
 * second dense layer, for speed; embeddings are written as products with multi-hot rows, which is the same function. About 8·L·A·D²
 * operations forwards.
 *
 * Xu et al., "How powerful are graph neural networks?", ICLR 2019, https://arxiv.org/abs/1810.00826; bond features as in Hu et al.,
 * "Strategies for pre-training graph neural networks", ICLR 2020, https://arxiv.org/abs/1905.12265; baseline: Hu et al., "Open graph
 * benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687
 *
 * @throws OutriggerError as {@link messagePassing} does
 */
export const gin = (options: MessagePassingOptions): GraphModel =>
  messagePassing("gin", ginConvolution, options);
