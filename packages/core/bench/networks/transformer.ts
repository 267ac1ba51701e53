import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import type { NDArray } from "../../src/graph/array.ts";
import { type DenseParams, dense } from "../../src/nn/dense.ts";
import { type EmbeddingParams, embedding } from "../../src/nn/embedding.ts";
import { glorot } from "../../src/nn/initialize.ts";
import type { TensorsOf } from "../../src/nn/layer.ts";
import { type LayerNormParams, layerNorm } from "../../src/nn/layer-norm.ts";
import type { Random } from "../../src/random.ts";
import {
  classes,
  crossEntropy,
  labelsOf,
  type Network,
  type Problem,
  taskHeads,
  taskNames,
} from "../network.ts";

const [batch, length, width, depth, headCount, vocabulary] = [8, 128, 256, 4, 4, 64];

type Block = {
  readonly norm1: LayerNormParams;
  readonly qkv: DenseParams;
  readonly out: DenseParams;
  readonly norm2: LayerNormParams;
  readonly up: DenseParams;
  readonly down: DenseParams;
};
type Trunk = {
  readonly tokens: EmbeddingParams;
  readonly positions: NDArray;
  readonly blocks: readonly Block[];
  readonly norm: LayerNormParams;
};
type Sequences = { readonly tokens: Tensor; readonly labels: { readonly [task: string]: Tensor } };

const tokens = embedding({ categories: vocabulary, width });
const norm = layerNorm({ size: width });
const qkv = dense({ inputs: width, outputs: 3 * width });
const out = dense({ inputs: width, outputs: width });
const up = dense({ inputs: width, outputs: 4 * width, activation: tf.relu });
const down = dense({ inputs: 4 * width, outputs: width });
const mode = { training: true };

/** −1e9 where a position would look ahead. */
function causalMask(): Tensor {
  const ahead = (i: number): number => (i % length > Math.floor(i / length) ? -1e9 : 0);
  return tf.tensor2d(
    Float32Array.from({ length: length * length }, (_, i) => ahead(i)),
    [length, length],
  );
}

function attend(block: TensorsOf<Block>, x: Tensor, mask: Tensor): Tensor {
  const each = width / headCount;
  const parts = tf.reshape(qkv.apply(block.qkv, x, mode), [batch, length, 3, headCount, each]);
  const [q, k, v] = tf.unstack(tf.transpose(parts, [2, 0, 3, 1, 4]));
  const scores = tf.mul(tf.matMul(q!, k!, false, true), 1 / Math.sqrt(each));
  const found = tf.matMul(tf.softmax(tf.add(scores, mask)), v!);
  const joined = tf.reshape(tf.transpose(found, [0, 2, 1, 3]), [batch, length, width]);
  return out.apply(block.out, joined, mode);
}

function applyTrunk(params: TensorsOf<Trunk>, batchTokens: Tensor): Tensor {
  const flat = tokens.apply(params.tokens, tf.reshape(batchTokens, [-1]), mode);
  const mask = causalMask();
  let x = tf.add(tf.reshape(flat, [batch, length, width]), params.positions);
  for (const block of params.blocks) {
    x = tf.add(x, attend(block, norm.apply(block.norm1, x, mode), mask));
    const hidden = up.apply(block.up, norm.apply(block.norm2, x, mode), mode);
    x = tf.add(x, down.apply(block.down, hidden, mode));
  }
  return norm.apply(params.norm, x, mode);
}

/** A causal transformer with norms before its blocks and rectifiers; a linear classifier of each token a task. */
export const transformer: Network = {
  name: "transformer",
  title: `Transformer, d = ${width}, ${depth} layers, ${headCount} heads, length ${length}, batch ${batch}`,
  goal: 0.7,
  gram: true,
  problem(tasks: number, random: Random): Problem<Sequences> {
    const names = taskNames(tasks);
    const heads = taskHeads<Sequences>({ names, inputs: width, outputs: vocabulary, loss: crossEntropy });
    const initBlock = (stream: Random): Block => ({
      norm1: norm.init(stream),
      qkv: qkv.init(stream),
      out: out.init(stream),
      norm2: norm.init(stream),
      up: up.init(stream),
      down: down.init(stream),
    });
    return {
      tasks: heads.tasks,
      model: {
        init(stream) {
          const trunk: Trunk = {
            tokens: tokens.init(stream),
            positions: glorot(stream, [length, width]),
            blocks: Array.from({ length: depth }, () => initBlock(stream)),
            norm: norm.init(stream),
          };
          return { trunk, heads: heads.init(stream) };
        },
        apply: (params, input) =>
          heads.apply(
            params.heads as never,
            applyTrunk(params.trunk as unknown as TensorsOf<Trunk>, input.tokens),
          ),
      },
      batch: {
        tokens: classes(random, [batch, length], vocabulary),
        labels: labelsOf(names, () => classes(random, [batch, length], vocabulary)),
      },
    };
  },
};
