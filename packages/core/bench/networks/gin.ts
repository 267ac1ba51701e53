import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { NDArray } from "../../src/graph/array.ts";
import { segmentMean, segmentSum } from "../../src/graph/index.ts";
import { type DenseParams, dense } from "../../src/nn/dense.ts";
import { type EmbeddingParams, multiHotEmbedding } from "../../src/nn/embedding.ts";
import { constant } from "../../src/nn/initialize.ts";
import type { TensorsOf } from "../../src/nn/layer.ts";
import { type LayerNormParams, layerNorm } from "../../src/nn/layer-norm.ts";
import type { Random } from "../../src/random.ts";
import {
  labelsOf,
  type Network,
  normal,
  type Problem,
  squaredError,
  taskHeads,
  taskNames,
} from "../network.ts";
import { atomFeatures, bondFeatures, type Molecules, randomMolecules } from "./molecules.ts";

const [molecules, width, depth] = [128, 300, 5];

type Update = { readonly up: DenseParams; readonly down: DenseParams; readonly norm: LayerNormParams };
type Round = {
  readonly bond: EmbeddingParams;
  readonly epsilon: NDArray;
  readonly update: Update;
  /** Absent in the last round: nobody would read the virtual node. */
  readonly virtual?: Update;
};
type Trunk = { readonly atom: EmbeddingParams; readonly virtual: NDArray; readonly rounds: readonly Round[] };
type Graphs = TensorsOf<Molecules> & { readonly labels: { readonly [task: string]: Tensor } };

const atom = multiHotEmbedding({ categories: atomFeatures, width });
const bond = multiHotEmbedding({ categories: bondFeatures, width });
const up = dense({ inputs: width, outputs: 2 * width, activation: tf.relu });
const down = dense({ inputs: 2 * width, outputs: width });
const norm = layerNorm({ size: width });
const mode = { training: true };

const initUpdate = (random: Random): Update => ({
  up: up.init(random),
  down: down.init(random),
  norm: norm.init(random),
});

const update = (params: TensorsOf<Update>, x: Tensor): Tensor =>
  norm.apply(params.norm, down.apply(params.down, up.apply(params.up, x, mode), mode), mode);

function applyTrunk(params: TensorsOf<Trunk>, input: Graphs): Tensor {
  const { atoms, bonds, source, target, graph } = input;
  let h = atom.apply(params.atom, atoms, mode);
  let v: Tensor = tf.tile(params.virtual as Tensor2D, [molecules, 1]);
  for (const [l, round] of params.rounds.entries()) {
    const placed = tf.add(h, tf.gather(v, graph));
    const messages = tf.relu(tf.add(tf.gather(placed, source), bond.apply(round.bond, bonds, mode)));
    const received = segmentSum(messages as Tensor2D, target as Tensor1D, atoms.shape[0]!);
    const updated = update(round.update, tf.add(tf.mul(placed, tf.add(round.epsilon, 1)), received));
    h = l === depth - 1 ? updated : tf.relu(updated);
    if (round.virtual) {
      const sums = segmentSum(placed as Tensor2D, graph as Tensor1D, molecules);
      v = tf.relu(update(round.virtual as TensorsOf<Update>, tf.add(sums, v)));
    }
  }
  return segmentMean(h as Tensor2D, graph as Tensor1D, molecules);
}

/** The graph isomorphism network with virtual node of @outrigger/molecular, without dropout. */
export const gin: Network = {
  name: "gin",
  title: `GIN with virtual node, ${depth} layers of width ${width}, ${molecules} molecules`,
  goal: 0.7,
  gram: false,
  problem(tasks: number, random: Random): Problem<Graphs> {
    const names = taskNames(tasks);
    const heads = taskHeads<Graphs>({ names, inputs: width, outputs: 1, loss: squaredError });
    return {
      tasks: heads.tasks,
      model: {
        init(stream) {
          const rounds = Array.from({ length: depth }, (_, l): Round => {
            const round = {
              bond: bond.init(stream),
              epsilon: constant([1], 0),
              update: initUpdate(stream),
            };
            return l < depth - 1 ? { ...round, virtual: initUpdate(stream) } : round;
          });
          const trunk: Trunk = { atom: atom.init(stream), virtual: constant([1, width], 0), rounds };
          return { trunk, heads: heads.init(stream) };
        },
        apply: (params, input) =>
          heads.apply(params.heads as never, applyTrunk(params.trunk as unknown as TensorsOf<Trunk>, input)),
      },
      batch: {
        ...randomMolecules(random, molecules),
        labels: labelsOf(names, () => normal(random, [molecules])),
      },
    };
  },
};
