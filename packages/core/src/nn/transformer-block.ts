import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { type AttentionOptions, type AttentionParams, attention } from "./attention.ts";
import { type DenseParams, dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { gelu } from "./gelu.ts";
import { type LayerNormParams, layerNorm } from "./layer-norm.ts";
import type { SequenceLayer } from "./sequence.ts";

/** As for {@link attention}; `dropout` also acts on what each of the two halves adds. */
export interface TransformerBlockOptions extends AttentionOptions {
  /** Width of the hidden layer. Default 4·size, as in the paper of attention. */
  readonly hidden?: number;
  /** Of the hidden layer. Default {@link gelu}, as in GPT-2 and BERT. */
  readonly activation?: (x: Tensor) => Tensor;
}

export type TransformerBlockParams = {
  readonly attentionNorm: LayerNormParams;
  readonly attention: AttentionParams;
  readonly hiddenNorm: LayerNormParams;
  readonly hidden: DenseParams;
  readonly output: DenseParams;
};

/**
 * A transformer block with its norms in front: u = x + attention(norm(x)), y = u + a(norm(u)·W_1 + b_1)·W_2 + b_2, with activation a.
 *
 * x and y are [batch, time, size]; the mask and `causal` act as in {@link attention}. Norms in front train without a warm-up of the
 * learning rate; a stack of blocks wants one more layer norm after the last.
 *
 * Vaswani et al., "Attention is all you need", NeurIPS 2017, https://arxiv.org/abs/1706.03762; the order: Xiong et al., "On layer
 * normalization in the transformer architecture", ICML 2020, https://arxiv.org/abs/2002.04745
 *
 * Cost: with the default width 24·batch·time·size² + 4·batch·time²·size operations.
 *
 * @throws OutriggerError as {@link attention} and {@link dense}
 */
export function transformerBlock(options: TransformerBlockOptions): SequenceLayer<TransformerBlockParams> {
  const { size, hidden: width = 4 * size, activation = gelu, dropout: rate = 0 } = options;
  const look = attention(options);
  const [attentionNorm, hiddenNorm] = [layerNorm({ size }), layerNorm({ size })];
  const hidden = dense({ inputs: size, outputs: width, activation, init: "glorot" });
  const output = dense({ inputs: width, outputs: size });
  const drop = dropout(rate);
  return {
    init: (random) => ({
      attentionNorm: attentionNorm.init(random),
      attention: look.init(random),
      hiddenNorm: hiddenNorm.init(random),
      hidden: hidden.init(random),
      output: output.init(random),
    }),
    apply(params, x, mode, mask) {
      const seen = look.apply(
        params.attention,
        attentionNorm.apply(params.attentionNorm, x, mode),
        mode,
        mask,
      );
      const middle = tf.add(x, drop.apply([], seen, mode));
      const inner = hidden.apply(params.hidden, hiddenNorm.apply(params.hiddenNorm, middle, mode), mode);
      return tf.add(middle, drop.apply([], output.apply(params.output, inner, mode), mode));
    },
  };
}
