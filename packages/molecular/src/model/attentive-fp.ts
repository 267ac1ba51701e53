import { segmentSum } from "@outrigger/core/graph/index";
import { checkSizes } from "@outrigger/core/nn/check";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { dropout } from "@outrigger/core/nn/dropout";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import type { Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { ATOM_VOCABULARY, BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import { type AttentionStepParams, attentionStep, leakyRelu } from "./attention-step.ts";
import { type GraphModel, graphModel } from "./graph-model.ts";
import { type MergeParams, merge } from "./readout.ts";

export interface AttentiveFpOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** D, the length of an atom's vector. Default 200, as in the paper. */
  readonly width?: number;
  /** L, rounds in which atoms attend to their neighbours. Default 2. */
  readonly depth?: number;
  /** T, rounds in which a molecule attends to its atoms. Default 2. */
  readonly steps?: number;
  /** Of contexts, and of a molecule's vector. Default 0.2. */
  readonly dropout?: number;
  /** X, further inputs of each molecule that join before the heads. Default 0. */
  readonly extra?: number;
}

type Trunk = {
  readonly atom: EmbeddingParams;
  readonly neighbour: DenseParams;
  readonly bond: EmbeddingParams;
  readonly rounds: readonly AttentionStepParams[];
  readonly molecule: AttentionStepParams;
  readonly merge: MergeParams;
};

/**
 * Attentive fingerprints: atoms attend to their neighbours, then a super-node of each molecule attends to its atoms; both keep a state
 * that a gated recurrent unit updates.
 *
 * With x_i the multi-hot features of atom i (its nine OGB features), y_e those of bond e from s(e) to t(e) (three), every bond in both
 * directions, and `step` as in {@link attentionStep}:
 *
 *     h_i = leakyRelu(W_x·x_i)
 *     round 1:        n_e = leakyRelu(W_n·h_s(e) + W_b·y_e + b_n)
 *     rounds 2 … L:   n_e = relu(h_s(e))                              h ← step_l(h, members n, groups t)
 *     m_g = Σ_i∈g relu(h_i)
 *     T times:        m ← step(m, members relu(h), groups g), with the same parameters each time
 *     output_k = W_k·dropout(m_g) + b_k
 *
 * The features are OGB's in place of the paper's, and dropout acts on contexts in place of neighbours. About 14·A·D² operations a round
 * forwards.
 *
 * Xiong et al., "Pushing the boundaries of molecular representation for drug discovery with the graph attention mechanism", Journal of
 * Medicinal Chemistry, 2020, https://doi.org/10.1021/acs.jmedchem.9b00959
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number or a dropout rate outside [0, 1)
 */
export function attentiveFp(options: AttentiveFpOptions): GraphModel {
  const { tasks, width = 200, depth = 2, steps = 2, dropout: rate = 0.2, extra = 0 } = options;
  checkSizes("attentive-fp", { width, depth, steps });
  const atom = multiHotEmbedding({ categories: ATOM_VOCABULARY, width });
  const neighbour = dense({ inputs: width, outputs: width });
  const bond = multiHotEmbedding({ categories: BOND_VOCABULARY, width });
  const step = attentionStep(width, rate);
  const drop = dropout(rate);
  const joined = merge(width, extra);
  return graphModel<Trunk>({
    tasks,
    width,
    init: (random) => ({
      atom: atom.init(random),
      neighbour: neighbour.init(random),
      bond: bond.init(random),
      rounds: Array.from({ length: depth }, () => step.init(random)),
      molecule: step.init(random),
      merge: joined.init(random),
    }),
    atoms(params, { atoms, bonds, source, target }, _, mode) {
      let h = leakyRelu(atom.apply(params.atom, atoms, mode));
      const sent = tf.gather(neighbour.apply(params.neighbour, h, mode), source);
      let neighbours = leakyRelu(tf.add(sent, bond.apply(params.bond, bonds, mode)));
      for (const [l, round] of params.rounds.entries()) {
        if (l > 0) neighbours = tf.gather(tf.relu(h), source);
        h = step.apply(round, h, neighbours, target, mode);
      }
      return tf.relu(h);
    },
    pool(params, atoms, { graph, extra: further }, molecules, mode) {
      let m = segmentSum(atoms, graph as Tensor1D, molecules);
      for (let t = 0; t < steps; t++) m = step.apply(params.molecule, m, atoms, graph, mode);
      return joined.apply(params.merge, drop.apply([], m, mode), further);
    },
  });
}
