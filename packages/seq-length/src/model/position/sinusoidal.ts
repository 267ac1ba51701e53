import { OutriggerError } from "@outrigger/core/error";
import * as tf from "@tensorflow/tfjs";
import { angles } from "./angles.ts";
import type { PositionEncoding } from "./encoding.ts";

/**
 * A fixed vector a position id t, added to the embedding: p_t[m] = sin(t · 10000^(−2m/d)), p_t[d/2 + m] = cos of the same angle, m = 0 … d/2 − 1.
 *
 * Vaswani et al., "Attention is all you need", NeurIPS 2017, https://arxiv.org/abs/1706.03762, section 3.5, with sines and cosines side by
 * side in place of alternating, which is the same up to the order of features.
 *
 * @throws OutriggerError `bad-option` at the first use with an odd size d.
 */
export const sinusoidal = (): PositionEncoding => ({
  name: "sinusoidal",
  describe: "Fixed sines and cosines of the position id, added to the embedding.",
  init(_, { size }) {
    if (size % 2 === 0) return [];
    const said = `sinusoidal: the size ${size} is odd, but every angle takes a sine and a cosine; give an even size.`;
    throw new OutriggerError("bad-option", said, { size });
  },
  embed(_, ids, { size }) {
    const turn = angles(ids, size);
    return tf.concat([tf.sin(turn), tf.cos(turn)], -1);
  },
});
