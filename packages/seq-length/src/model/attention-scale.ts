import { array, type NDArray, type Tree } from "@outrigger/core";
import { OutriggerError } from "@outrigger/core/error";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/**
 * A factor of the attention logits that depends on c, the number of keys that a query sees (itself among them), so that attention does not
 * spread out when sequences grow. Counting what the query sees, not the whole sequence, makes a token's result independent of what follows.
 */
export interface AttentionScale {
  readonly name: string;
  /** One sentence: what it does to the logits. */
  readonly describe: string;
  /** Parameters of one layer. */
  init(heads: number): Tree<NDArray>;
  /** [1 or batch, 1 or heads, queries, 1] from c [1 or batch, 1, queries, 1]; undefined for a factor of 1. */
  factor(params: Tree<Tensor>, visible: Tensor): Tensor | undefined;
}

const perHead = (heads: number, value: number): NDArray =>
  array(new Float32Array(heads).fill(value), [1, heads, 1, 1]);

/** Logits stay as they are. */
export const unscaled = (): AttentionScale => ({
  name: "none",
  describe: "Logits stay as they are.",
  init: () => [],
  factor: () => undefined,
});

/**
 * Length-dependent tempered softmax: logits times 1 + τ ln c, τ learned a layer, 0 at first.
 *
 * Awasthi and Gupta, "Improving length-generalization in transformers via task hinting", 2023, https://arxiv.org/abs/2310.00726, name the idea; the
 * formula is that of the code of position coupling (Cho et al., 2024), with c in place of the length of the sequence.
 */
export const tempered = (): AttentionScale => ({
  name: "tempered",
  describe: "Logits times 1 + τ ln c for c visible keys, τ learned a layer.",
  init: () => array([0], [1, 1, 1, 1]),
  factor: (tau, visible) => tf.add(tf.mul(tf.log(visible), tau as Tensor), 1),
});

/**
 * Logits times s_h ln(c + 1) / ln(2n + 2): s_h is learned a head, 1 at first, and n is the greatest length of a training input. The factor is
 * about s_h at the end of the longest training sequence, 2n + 2 tokens, and grows beyond it. Own choice of a log-n scale.
 *
 * @param options.length n.
 * @throws OutriggerError `bad-option` unless n is a positive whole number.
 */
export function logn({ length }: { readonly length: number }): AttentionScale {
  if (!Number.isInteger(length) || length < 1) {
    throw new OutriggerError("bad-option", `logn: length must be a positive whole number, not ${length}.`, {
      length,
    });
  }
  const unit = 1 / Math.log(2 * length + 2);
  return {
    name: "logn",
    describe:
      "Logits times s ln(c + 1) / ln(2n + 2) for c visible keys and training length n, s learned a head.",
    init: (heads) => perHead(heads, 1),
    factor: (scale, visible) => tf.mul(tf.mul(tf.log(tf.add(visible, 1)), unit), scale as Tensor),
  };
}

/**
 * Scalable softmax: logits times s_h ln c, s_h learned a head, 0.5 at first (own choice: the factor is 1 for some seven keys).
 *
 * Nakanishi, "Scalable-Softmax is superior for attention", 2025, https://arxiv.org/abs/2501.19399
 */
export const ssmax = (): AttentionScale => ({
  name: "ssmax",
  describe: "Logits times s ln c for c visible keys, s learned a head.",
  init: (heads) => perHead(heads, 0.5),
  factor: (scale, visible) => tf.mul(tf.log(visible), scale as Tensor),
});

/**
 * Logits divided by one fixed temperature, below 1 to sharpen: for use in evaluation, with parameters that were trained without it.
 *
 * @throws OutriggerError `bad-option` unless the temperature is positive.
 */
export function fixedTemperature(temperature: number): AttentionScale {
  if (!(temperature > 0)) {
    const said = `fixedTemperature: the temperature must be positive, not ${temperature}.`;
    throw new OutriggerError("bad-option", said, { temperature });
  }
  return {
    name: `temperature ${temperature}`,
    describe: `Logits divided by ${temperature}.`,
    init: () => [],
    factor: () => tf.scalar(1 / temperature),
  };
}
