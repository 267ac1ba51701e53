import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type EmbeddingParams, embedding } from "../../src/nn/embedding.ts";
import type { Mode, TensorsOf } from "../../src/nn/layer.ts";
import { type LayerNormParams, layerNorm } from "../../src/nn/layer-norm.ts";
import { type LearnedEncodingParams, learnedEncoding } from "../../src/nn/positional-encoding.ts";
import { type TransformerBlockParams, transformerBlock } from "../../src/nn/transformer-block.ts";
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

const [batch, length, size, depth, heads, vocabulary] = [8, 128, 256, 4, 4, 64];

type Trunk = {
  readonly tokens: EmbeddingParams;
  readonly positions: LearnedEncodingParams;
  readonly blocks: readonly TransformerBlockParams[];
  readonly norm: LayerNormParams;
};
type Sequences = { readonly tokens: Tensor; readonly labels: { readonly [task: string]: Tensor } };

const tokens = embedding({ categories: vocabulary, width: size });
const positions = learnedEncoding({ size, length });
const block = transformerBlock({ size, heads, causal: true, activation: tf.relu });
const norm = layerNorm({ size });

function applyTrunk(params: TensorsOf<Trunk>, input: Tensor, mode: Mode): Tensor {
  const embedded = tokens.apply(params.tokens, tf.reshape(input, [-1]), mode);
  const placed = positions.apply(params.positions, tf.reshape(embedded, [batch, length, size]), mode);
  const found = params.blocks.reduce((x, each) => block.apply(each, x, mode), placed);
  return norm.apply(params.norm, found, mode);
}

/** A causal transformer with norms before its blocks and rectifiers; a linear classifier of each token a task. */
export const transformer: Network = {
  name: "transformer",
  title: `Transformer, d = ${size}, ${depth} layers, ${heads} heads, length ${length}, batch ${batch}`,
  goal: 0.7,
  gram: true,
  problem(tasks: number, random: Random): Problem<Sequences> {
    const names = taskNames(tasks);
    const classifiers = taskHeads<Sequences>({
      names,
      inputs: size,
      outputs: vocabulary,
      loss: crossEntropy,
    });
    return {
      tasks: classifiers.tasks,
      model: {
        init(stream) {
          const trunk: Trunk = {
            tokens: tokens.init(stream),
            positions: positions.init(stream),
            blocks: Array.from({ length: depth }, () => block.init(stream)),
            norm: norm.init(stream),
          };
          return { trunk, heads: classifiers.init(stream) };
        },
        apply: (params, input, mode) =>
          classifiers.apply(
            params.heads as never,
            applyTrunk(params.trunk as unknown as TensorsOf<Trunk>, input.tokens, mode),
          ),
      },
      batch: {
        tokens: classes(random, [batch, length], vocabulary),
        labels: labelsOf(names, () => classes(random, [batch, length], vocabulary)),
      },
    };
  },
};
