import type { NDArray } from "@outrigger/core/graph/array";
import { segmentMean, segmentSum } from "@outrigger/core/graph/index";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { dropout } from "@outrigger/core/nn/dropout";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import { constant } from "@outrigger/core/nn/initialize";
import type { Mode, TensorsOf } from "@outrigger/core/nn/layer";
import { type LayerNormParams, layerNorm } from "@outrigger/core/nn/layer-norm";
import type { Random } from "@outrigger/core/random";
import { type SplitModel, splitModel } from "@outrigger/core/train/split-model";
import type { ColumnBatch } from "@outrigger/core/train/task";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { ATOM_VOCABULARY, BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import { linearHeads, type MergeParams, merge } from "./readout.ts";

/** A batch of molecules as tensors; shapes as in `HostGraphs`. */
export type Graphs = {
  readonly atoms: Tensor;
  readonly bonds: Tensor;
  readonly source: Tensor;
  readonly target: Tensor;
  readonly graph: Tensor;
  readonly extra?: Tensor;
};

export interface GinOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** D, the length of an atom's vector. Default 300, as in the scripts of OGB. */
  readonly width?: number;
  /** L, rounds of message passing. Default 5, as in the scripts of OGB. */
  readonly depth?: number;
  /** Default 0.5, as in the scripts of OGB. */
  readonly dropout?: number;
  /** X, further inputs of each molecule that join before the heads. Default 0. */
  readonly extra?: number;
}

/** Dense D to 2D, relu, dense 2D to D, norm. */
type BlockParams = {
  readonly up: DenseParams;
  readonly down: DenseParams;
  readonly norm: LayerNormParams;
};
type RoundParams = {
  readonly bond: EmbeddingParams;
  readonly epsilon: NDArray;
  readonly update: BlockParams;
  /** Absent in the last round: nobody would read the virtual node. */
  readonly virtual?: BlockParams;
};
type GinTrunk = {
  readonly atom: EmbeddingParams;
  readonly virtual: NDArray;
  readonly rounds: readonly RoundParams[];
  readonly merge: MergeParams;
};

function block(width: number) {
  const up = dense({ inputs: width, outputs: 2 * width, activation: tf.relu });
  const down = dense({ inputs: 2 * width, outputs: width });
  const norm = layerNorm({ size: width });
  return {
    init: (random: Random): BlockParams => ({
      up: up.init(random),
      down: down.init(random),
      norm: norm.init(random),
    }),
    apply(params: TensorsOf<BlockParams>, x: Tensor, mode: Mode): Tensor {
      const hidden = up.apply(params.up, x, mode);
      return norm.apply(params.norm, down.apply(params.down, hidden, mode), mode);
    },
  };
}

/** Each atom gets the row of its molecule; atoms of no molecule (padding, −1) get some row and are dropped by every sum. */
function broadcast(rows: Tensor, graph: Tensor): Tensor {
  return tf.gather(rows, tf.maximum(graph, tf.scalar(0, "int32")));
}

/**
 * Graph isomorphism network with bond features and a virtual node, after the baseline "gin-virtual" of the Open Graph Benchmark.
 *
 * With atoms i of molecule g(i), bonds (j, i) in both directions, h the atoms' vectors [A, D], v the virtual nodes' [B, D]:
 *
 *     h_i = Σ_f atomTable_f[feature_f(i)]                         v_g = 0 (learned)
 *     L rounds:  u_i = h_i + v_g(i)
 *                m_i = Σ_(j,i) relu(u_j + Σ_f bondTable_f[feature_f(j,i)])
 *                h_i = dropout(relu(block((1 + ε)·u_i + m_i)))    (no relu in the last round)
 *                v_g = dropout(relu(block(v_g + Σ_i∈g u_i)))      (not after the last round)
 *     output_k = W_k·mean_i∈g h_i + b_k
 *
 * where block is dense D→2D, relu, dense 2D→D, norm. `extra` inputs join the mean through one more layer, see `merge`.
 *
 * Departures from OGB's code: layer norm instead of batch norm (which keeps running statistics, as no pure function can, and would
 * count padded atoms), and only one a block, after its second dense layer, for speed;
 * embeddings are written as products with multi-hot rows, which is the same function. About
 * 8·L·A·D² operations forwards.
 *
 * Xu et al., "How powerful are graph neural networks?", ICLR 2019, https://arxiv.org/abs/1810.00826; bond features as in Hu et al.,
 * "Strategies for pre-training graph neural networks", ICLR 2020, https://arxiv.org/abs/1905.12265; virtual node: Gilmer et al.,
 * "Neural message passing for quantum chemistry", ICML 2017, https://arxiv.org/abs/1704.01212; baseline: Hu et al., "Open graph
 * benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function gin(options: GinOptions): SplitModel<ColumnBatch<Graphs>> {
  const { tasks, width = 300, depth = 5, dropout: rate = 0.5, extra = 0 } = options;
  const atom = multiHotEmbedding({ categories: ATOM_VOCABULARY, width });
  const bond = multiHotEmbedding({ categories: BOND_VOCABULARY, width });
  const update = block(width);
  const drop = dropout(rate);
  const joined = merge(width, extra);
  const heads = linearHeads(width, tasks);
  const rounds = Array.from({ length: depth }, (_, l) => l);

  function round(
    params: TensorsOf<RoundParams>,
    h: Tensor,
    { bonds, source, target }: Graphs,
    mode: Mode,
    last: boolean,
  ): Tensor {
    const messages = tf.relu(tf.add(tf.gather(h, source), bond.apply(params.bond, bonds, mode)));
    const received = segmentSum(messages as Tensor2D, target as Tensor1D, h.shape[0]!);
    const own = tf.mul(h, tf.add(params.epsilon as Tensor, 1));
    const updated = update.apply(params.update, tf.add(own, received), mode);
    return drop.apply([], last ? updated : tf.relu(updated), mode);
  }

  function updateVirtual(
    params: TensorsOf<BlockParams>,
    v: Tensor,
    h: Tensor,
    graph: Tensor,
    mode: Mode,
  ): Tensor {
    const sum = tf.add(segmentSum(h as Tensor2D, graph as Tensor1D, v.shape[0]!), v);
    return drop.apply([], tf.relu(update.apply(params, sum, mode)), mode);
  }

  function trunk(params: TensorsOf<GinTrunk>, inputs: Graphs, molecules: number, mode: Mode): Tensor {
    let h = atom.apply(params.atom, inputs.atoms, mode);
    let v: Tensor = tf.tile(params.virtual as Tensor2D, [molecules, 1]);
    for (const [l, each] of params.rounds.entries()) {
      const placed = tf.add(h, broadcast(v, inputs.graph));
      h = round(each as TensorsOf<RoundParams>, placed, inputs, mode, l === depth - 1);
      if (each.virtual)
        v = updateVirtual(each.virtual as TensorsOf<BlockParams>, v, placed, inputs.graph, mode);
    }
    const pooled = segmentMean(h as Tensor2D, inputs.graph as Tensor1D, molecules);
    return joined.apply(params.merge as TensorsOf<MergeParams>, pooled, inputs.extra);
  }

  return splitModel({
    init(random) {
      const params: GinTrunk = {
        atom: atom.init(random),
        virtual: constant([1, width], 0),
        rounds: rounds.map((l) => ({
          bond: bond.init(random),
          epsilon: constant([1], 0),
          update: update.init(random),
          ...(l < depth - 1 ? { virtual: update.init(random) } : {}),
        })),
        merge: joined.init(random),
      };
      return { trunk: params, heads: heads.init(random) };
    },
    represent(params, { inputs, masks }, mode) {
      const molecules = Object.values(masks)[0]!.shape[0];
      return trunk(params as unknown as TensorsOf<GinTrunk>, inputs, molecules, mode);
    },
    decode: (params, z) => heads.decode(params as never, z),
  });
}
