import { OutriggerError } from "@outrigger/core/error";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { segmentMean, segmentSum } from "@outrigger/core/graph/index";
import { checkSizes } from "@outrigger/core/nn/check";
import { type DenseParams, dense } from "@outrigger/core/nn/dense";
import { dropout } from "@outrigger/core/nn/dropout";
import { type EmbeddingParams, multiHotEmbedding } from "@outrigger/core/nn/embedding";
import { constant } from "@outrigger/core/nn/initialize";
import type { TensorsOf } from "@outrigger/core/nn/layer";
import type { Random } from "@outrigger/core/random";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { ATOM_VOCABULARY, BOND_VOCABULARY } from "../molecule/molecule-graph.ts";
import { type GraphModel, graphModel } from "./graph-model.ts";
import type { Graphs } from "./graphs.ts";

export interface DMpnnOptions {
  /** One linear head each. */
  readonly tasks: readonly string[];
  /** D, the length of a bond's and an atom's vector. Default 300, as in chemprop. */
  readonly width?: number;
  /** L, the bonds that a message can go from where it starts to an atom that hears it. Default 3, as in chemprop. */
  readonly depth?: number;
  /** Default 0, as in chemprop. */
  readonly dropout?: number;
  /** How the atoms' vectors become one a molecule. Default "mean". */
  readonly readout?: "mean" | "sum";
  /** X, further inputs of each molecule that join before the hidden layer. Default 0. */
  readonly extra?: number;
}

type Trunk = {
  readonly atom: EmbeddingParams;
  readonly bond: EmbeddingParams;
  /** Absent where bonds do not hear of each other, at depth 1. */
  readonly message?: NDArray;
  readonly ownAtom: EmbeddingParams;
  readonly collect: DenseParams;
  readonly hidden: DenseParams;
};

const READOUTS = { mean: segmentMean, sum: segmentSum } as const;

/** Uniform in ±1/√inputs, where PyTorch's linear layers start. */
function startKernel(random: Random, inputs: number, outputs: number): NDArray {
  const bound = 1 / Math.sqrt(inputs);
  const values = Float32Array.from({ length: inputs * outputs }, () => bound * (2 * random.uniform() - 1));
  return array(values, [inputs, outputs]);
}

/** The rows of the opposite directions. Reversing twice changes nothing, so the gradient is the same gather and needs no sum by segment. */
const reversed = (h: Tensor, reverse: Tensor): Tensor =>
  tf.customGrad((x) => ({
    value: tf.gather(x as Tensor, reverse),
    gradFunc: (dy) => reversed(dy, reverse),
  }))(h);

/**
 * Directed message-passing network, the model of chemprop: messages live on directed bonds, and none goes straight back where it came from.
 *
 * With x_i the multi-hot features of atom i (its nine OGB features), y_e those of bond e (three), bonds e in both directions from s(e) to
 * t(e), and ē the reverse of e:
 *
 *     a_e = W_a·x_s(e) + W_b·y_e                         h_e = dropout(relu(a_e))
 *     L − 1 times:  m_e = Σ_{e': t(e') = s(e)} h_e' − h_ē     h_e = dropout(relu(a_e + W_m·m_e))
 *     h_i = dropout(relu(W_x·x_i + W_c·Σ_{e: t(e) = i} h_e + b_c))
 *     z_g = dropout(relu(W_h·[mean_i∈g h_i, extra_g] + b_h))
 *     output_k = W_k·z_g + b_k
 *
 * Differences to chemprop: OGB's features of atoms and bonds in place of its own (element, degree, charge, chirality, hydrogens,
 * hybridisation, aromaticity are in both; ours add radicals and ring membership of atoms, theirs the atomic mass and ring membership of
 * bonds), embeddings start as core's and biases at zero. chemprop's version 2 has the sum of h_i divided by 100 by default; its version 1,
 * the paper's, has the mean. Kernels start uniform in ±1/√inputs, as chemprop's do. About 2·L·E·D² operations forwards.
 *
 * Yang et al., "Analyzing learned molecular representations for property prediction", Journal of Chemical Information and Modeling, 2019,
 * https://arxiv.org/abs/1904.01561
 *
 * @throws OutriggerError `bad-option` for a size that is no positive whole number, a dropout rate outside [0, 1) or an unknown readout
 */
export function dMpnn(options: DMpnnOptions): GraphModel {
  const { tasks, width = 300, depth = 3, dropout: rate = 0, readout = "mean", extra = 0 } = options;
  checkSizes("d-mpnn", { width, depth });
  const pooled = READOUTS[readout];
  if (pooled === undefined) {
    const said = `d-mpnn: there is no readout "${readout}"; choose one of ${Object.keys(READOUTS).join(", ")}.`;
    throw new OutriggerError("bad-option", said, { readout });
  }
  const atom = multiHotEmbedding({ categories: ATOM_VOCABULARY, width });
  const bond = multiHotEmbedding({ categories: BOND_VOCABULARY, width });
  const collect = dense({ inputs: width, outputs: width });
  const hidden = dense({ inputs: width + extra, outputs: width, activation: tf.relu });
  const drop = dropout(rate);
  const start = (random: Random, inputs: number): DenseParams => ({
    kernel: startKernel(random, inputs, width),
    bias: constant([width], 0),
  });

  function pass(kernel: Tensor2D, start: Tensor, h: Tensor, graphs: Graphs, atoms: number): Tensor {
    const arriving = segmentSum(h, graphs.target as Tensor1D, atoms);
    const heard = tf.sub(tf.gather(arriving, graphs.source), reversed(h, graphs.reverse));
    return tf.relu(tf.add(start, tf.matMul(heard as Tensor2D, kernel)));
  }

  return graphModel<Trunk>({
    tasks,
    width,
    init: (random) => ({
      atom: atom.init(random),
      bond: bond.init(random),
      ...(depth > 1 ? { message: startKernel(random, width, width) } : {}),
      ownAtom: atom.init(random),
      collect: start(random, width),
      hidden: start(random, width + extra),
    }),
    atoms(params, inputs, _, mode) {
      const count = inputs.atoms.shape[0]!;
      const fromAtoms = tf.gather(atom.apply(params.atom, inputs.atoms, mode), inputs.source);
      const start = tf.add(fromAtoms, bond.apply(params.bond, inputs.bonds, mode));
      let h = drop.apply([], tf.relu(start), mode);
      for (let step = 1; step < depth; step++)
        h = drop.apply([], pass(params.message as Tensor2D, start, h, inputs, count), mode);
      const arriving = segmentSum(h, inputs.target as Tensor1D, count);
      const own = atom.apply(params.ownAtom, inputs.atoms, mode);
      return drop.apply([], tf.relu(tf.add(own, collect.apply(params.collect, arriving, mode))), mode);
    },
    pool(params, atoms, inputs, molecules, mode) {
      const found = pooled(atoms, inputs.graph as Tensor1D, molecules);
      const joined = inputs.extra ? tf.concat([found, inputs.extra], 1) : found;
      return drop.apply([], hidden.apply(params.hidden as TensorsOf<DenseParams>, joined, mode), mode);
    },
  });
}
