import type { NDArray } from "@outrigger/core/graph/array";
import { segmentMean, segmentSum } from "@outrigger/core/graph/index";
import { checkSizes } from "@outrigger/core/nn/check";
import { dropout } from "@outrigger/core/nn/dropout";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import { constant } from "@outrigger/core/nn/initialize";
import type { Mode, TensorsOf } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { ATOM_VOCABULARY } from "../molecule/molecule-graph.ts";
import { type BlockParams, block } from "./block.ts";
import { type GraphModel, graphModel } from "./graph-model.ts";
import { type Graphs, spread } from "./graphs.ts";
import { type MergeParams, merge } from "./readout.ts";

/** What GIN and GCN have in common. */
export interface MessagePassingOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** D, the length of an atom's vector. Default 300, as in the scripts of OGB. */
  readonly width?: number;
  /** L, rounds of message passing. Default 5, as in the scripts of OGB. */
  readonly depth?: number;
  /** Default 0.5, as in the scripts of OGB. */
  readonly dropout?: number;
  /** One further node a molecule that hears all of its atoms and speaks to all of them in the next round. Default true. */
  readonly virtualNode?: boolean;
  /** X, further inputs of each molecule that join before the heads. Default 0. */
  readonly extra?: number;
}

/** One round of messages along the bonds: [A, D] to [A, D], its last step a norm. */
export interface Convolution<P> {
  init(random: Random): P;
  apply(params: TensorsOf<P>, h: Tensor, graphs: Graphs, mode: Mode): Tensor;
}

/** Beside the parameters of the convolution. Absent in the last round: nobody would read the virtual node. */
type RoundParams = { readonly virtual?: BlockParams };
type TrunkParams = {
  readonly atom: EmbeddingParams;
  /** Absent without virtual node. */
  readonly virtual?: NDArray;
  readonly rounds: readonly RoundParams[];
  readonly merge: MergeParams;
};

/**
 * A graph network in the manner of the Open Graph Benchmark's baselines, for one kind of convolution.
 *
 * With atoms i of molecule g(i), h the atoms' vectors [A, D], v the virtual nodes' [B, D]:
 *
 *     h_i = Σ_f atomTable_f[feature_f(i)]                         v_g = one learned vector
 *     L rounds:  u_i = h_i + v_g(i)
 *                h_i = dropout(relu(convolution(u)_i))            (no relu in the last round)
 *                v_g = dropout(relu(block(v_g + Σ_i∈g u_i)))      (not after the last round)
 *     output_k = W_k·mean_i∈g h_i + b_k
 *
 * where block is dense D→2D, relu, dense 2D→D, norm. Without virtual node v is left out. `extra` inputs join the mean through one more
 * layer, see `merge`. Norms are layer norms, where OGB has batch norms: those keep running statistics, as no pure function can, and would
 * count padded atoms.
 *
 * Hu et al., "Open graph benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687; virtual node: Gilmer et al., "Neural message passing
 * for quantum chemistry", ICML 2017, https://arxiv.org/abs/1704.01212
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function messagePassing<P>(
  name: string,
  convolution: (width: number) => Convolution<P>,
  options: MessagePassingOptions,
): GraphModel {
  const { tasks, width = 300, depth = 5, dropout: rate = 0.5, virtualNode = true, extra = 0 } = options;
  checkSizes(name, { width, depth });
  const atom = multiHotEmbedding({ categories: ATOM_VOCABULARY, width });
  const round = convolution(width);
  const listen = block(width);
  const drop = dropout(rate);
  const joined = merge(width, extra);
  const last = depth - 1;

  function updateVirtual(
    params: TensorsOf<BlockParams>,
    v: Tensor,
    u: Tensor,
    graph: Tensor,
    mode: Mode,
  ): Tensor {
    const heard = tf.add(segmentSum(u, graph as Tensor1D, v.shape[0]!), v);
    return drop.apply([], tf.relu(listen.apply(params, heard, mode)), mode);
  }

  return graphModel<TrunkParams>({
    tasks,
    width,
    init: (random) => ({
      atom: atom.init(random),
      ...(virtualNode ? { virtual: constant([1, width], 0) } : {}),
      rounds: Array.from({ length: depth }, (_, l) => ({
        ...round.init(random),
        ...(virtualNode && l < last ? { virtual: listen.init(random) } : {}),
      })),
      merge: joined.init(random),
    }),
    atoms(params, inputs, molecules, mode) {
      let h = atom.apply(params.atom, inputs.atoms, mode);
      let v = params.virtual && tf.tile(params.virtual, [molecules, 1]);
      for (const [l, each] of params.rounds.entries()) {
        const u = v ? tf.add(h, spread(v, inputs.graph)) : h;
        const updated = round.apply(each as unknown as TensorsOf<P>, u, inputs, mode);
        h = drop.apply([], l === last ? updated : tf.relu(updated), mode);
        if (v && each.virtual) v = updateVirtual(each.virtual, v, u, inputs.graph, mode);
      }
      return h;
    },
    pool(params, atoms, { graph, extra: further }, molecules) {
      return joined.apply(params.merge, segmentMean(atoms, graph as Tensor1D, molecules), further);
    },
  });
}
