import {
  type DenseParams,
  dense,
  type EmbeddingParams,
  embedding,
  gelu,
  type LayerNormParams,
  layerNorm,
  type NDArray,
  type Random,
  type TensorsOf,
  type Tree,
} from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import {
  type AttentionParams,
  type Heads,
  headsOf,
  initAttention,
  later,
  logits,
  merged,
} from "./attention.ts";
import { type AttentionScale, unscaled } from "./attention-scale.ts";
import type { PositionEncoding, Rotation, Sizes } from "./position/encoding.ts";

export interface DecoderOptions extends Sizes {
  /** V, tokens 0 … V − 1, with separators and task tokens. */
  readonly vocabulary: number;
  /** Blocks with parameters of their own. */
  readonly layers: number;
  readonly positions: PositionEncoding;
  /** Default: logits stay as they are. */
  readonly scale?: AttentionScale;
  /** How often the stack of blocks is run with the same parameters. Default 1. */
  readonly loops?: number;
}

type BlockParams = {
  readonly attentionNorm: LayerNormParams;
  readonly attention: AttentionParams;
  readonly hiddenNorm: LayerNormParams;
  readonly hidden: DenseParams;
  readonly output: DenseParams;
};

export type DecoderParams = {
  readonly tokens: EmbeddingParams;
  readonly positions: Tree<NDArray>;
  readonly blocks: readonly BlockParams[];
  readonly norm: LayerNormParams;
  readonly output: DenseParams;
};

type BlockTensors = Omit<TensorsOf<BlockParams>, "attention"> & { readonly attention: AttentionTensors };
type AttentionTensors = Omit<TensorsOf<AttentionParams>, "scale"> & { readonly scale: Tree<Tensor> };
/** The parameters while a step is recorded. */
export type DecoderTensors = Omit<TensorsOf<DecoderParams>, "blocks" | "positions"> & {
  readonly positions: Tree<Tensor>;
  readonly blocks: readonly BlockTensors[];
};

/** What one block's attention did: its heads, and the weights [batch, heads, queries, keys] where they were asked for. */
export interface Attended extends Heads {
  readonly weights: Tensor;
}

/** How the queries of one block find values; gets the number of the pass through a block, from 0. */
type Look = (heads: Heads, scale: Tree<Tensor>, at: number) => Attended & { readonly mixed: Tensor };

export interface Decoder {
  readonly options: Required<DecoderOptions>;
  init(random: Random): DecoderParams;
  /** Logits [batch·time, V] from int32 tokens and position ids [batch, time]: row b·time + t is for the token after t. */
  logits(params: DecoderTensors, tokens: Tensor, positions: Tensor): Tensor;
  /**
   * The same with what every block's attention did, in the order of the passes. @param moved changes what a pass's heads give,
   * [batch, heads, time, width], before it is merged: to ask what would happen. Default: nothing.
   */
  trace(
    params: DecoderTensors,
    tokens: Tensor,
    positions: Tensor,
    moved?: (mixed: Tensor, pass: number) => Tensor,
  ): { logits: Tensor; passes: Attended[] };
  /** One pass through all blocks for tokens [rows], whose attention is `look`. */
  pass(params: DecoderTensors, input: PassInput, look: Look): { logits: Tensor; passes: Attended[] };
}

/** Int32 tokens and position ids [batch·time]. */
interface PassInput {
  readonly tokens: Tensor;
  readonly positions: Tensor;
  readonly batch: number;
}

const off = { training: false };

function checkOptions({ vocabulary, size, heads, layers, loops = 1 }: DecoderOptions): void {
  for (const [name, value] of Object.entries({ vocabulary, size, heads, layers, loops })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new OutriggerError(
      "bad-option",
      `decoder: ${name} must be a positive whole number, not ${value}.`,
      {
        [name]: value,
      },
    );
  }
  if (size % heads === 0) return;
  const said = `decoder: size ${size} cannot be split into ${heads} heads; give a divisor of the size.`;
  throw new OutriggerError("bad-option", said, { size, heads });
}

/**
 * A decoder-only transformer with norms in front of its blocks and GELU of width 4d: x ← x + attention(norm(x)), x ← x + W₂ GELU(W₁ norm(x)), and
 * logits W norm(x) + b after the last. Positions come in as ids, wherever the encoding puts them.
 *
 * Queries see themselves and earlier tokens, so padding after the last token changes nothing before it and needs no mask. With `loops` the
 * stack is run several times with the same parameters, and the embedding e is added again before each further run (input injection):
 * x ← stack(e), then x ← stack(x + e).
 *
 * The blocks: Vaswani et al., 2017, https://arxiv.org/abs/1706.03762, in the order of Xiong et al., 2020, https://arxiv.org/abs/2002.04745; the loop: Fan et
 * al., "Looped transformers for length generalization", 2024, https://arxiv.org/abs/2409.15647; input injection as in McLeish et al., 2024.
 *
 * Cost: a pass takes loops · layers · (24·rows·d² + 4·rows·time·d) operations for batch·time rows.
 *
 * @throws OutriggerError `bad-option` for sizes that do not fit.
 */
export function makeDecoder(given: DecoderOptions): Decoder {
  checkOptions(given);
  const options = { scale: unscaled(), loops: 1, ...given };
  const { vocabulary, size, layers, loops, positions: encoding, scale } = options;
  const tokens = embedding({ categories: vocabulary, width: size });
  const norm = layerNorm({ size });
  const hidden = dense({ inputs: size, outputs: 4 * size, activation: gelu, init: "glorot" });
  const output = dense({ inputs: 4 * size, outputs: size });
  const classifier = dense({ inputs: size, outputs: vocabulary });

  const initBlock = (random: Random): BlockParams => ({
    attentionNorm: norm.init(random),
    attention: initAttention(random, options, scale),
    hiddenNorm: norm.init(random),
    hidden: hidden.init(random),
    output: output.init(random),
  });

  function block(
    params: BlockTensors,
    x: Tensor,
    batch: number,
    rotation: Rotation | undefined,
    look: (heads: Heads, scale: Tree<Tensor>) => Attended & { readonly mixed: Tensor },
  ): { x: Tensor; attended: Attended } {
    const { attention } = params;
    const found = headsOf(attention, norm.apply(params.attentionNorm, x, off), batch, options, rotation);
    const { mixed, ...attended } = look(found, attention.scale);
    const middle = tf.add(x, merged(attention, mixed, options));
    const inner = hidden.apply(params.hidden, norm.apply(params.hiddenNorm, middle, off), off);
    return { x: tf.add(middle, output.apply(params.output, inner, off)), attended };
  }

  const pass: Decoder["pass"] = (params, { tokens: ids, positions, batch }, look) => {
    const rotation = encoding.rotate?.(positions, options);
    const plain = tokens.apply(params.tokens, ids, off);
    const place = encoding.embed?.(params.positions, positions, options);
    const embedded = place ? tf.add(plain, place) : plain;
    const passes: Attended[] = [];
    let x = embedded;
    for (let loop = 0; loop < loops; loop++) {
      if (loop > 0) x = tf.add(x, embedded);
      for (const each of params.blocks) {
        const made = block(each, x, batch, rotation, (heads, own) => look(heads, own, passes.length));
        x = made.x;
        passes.push(made.attended);
      }
    }
    return { logits: classifier.apply(params.output, norm.apply(params.norm, x, off), off), passes };
  };

  const trace: Decoder["trace"] = (params, ids, places, moved = (mixed) => mixed) => {
    const [batch, time] = ids.shape as [number, number];
    const bias = encoding.bias?.(params.positions, places, places, options);
    const visible = tf.reshape(tf.range(1, time + 1), [1, 1, time, 1]);
    const flat = { tokens: tf.reshape(ids, [-1]), positions: tf.reshape(places, [-1]), batch };
    const hiding = later(time);
    return pass(params, flat, (heads, own, at) => {
      const factor = scale.factor(own, visible);
      const weights = tf.softmax(
        logits(heads, { ...(bias && { bias }), ...(factor && { factor }), hidden: hiding }),
      );
      return { ...heads, weights, mixed: moved(tf.matMul(weights, heads.v), at) };
    });
  };

  return {
    options,
    init: (random) => ({
      tokens: tokens.init(random),
      positions: encoding.init(random, options),
      blocks: Array.from({ length: layers }, () => initBlock(random)),
      norm: norm.init(random),
      output: classifier.init(random),
    }),
    logits: (params, ids, places) => trace(params, ids, places).logits,
    trace,
    pass,
  };
}
