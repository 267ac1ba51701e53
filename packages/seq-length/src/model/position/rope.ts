import { OutriggerError } from "@outrigger/core/error";
import * as tf from "@tensorflow/tfjs";
import { angles } from "./angles.ts";
import type { PositionEncoding } from "./encoding.ts";

/**
 * Rotary encoding: pair m of every query and key of a head is turned by the angle t · 10000^(−2m/w), with t the position id and w the width
 * of a head, so that logits depend on differences of ids only. Pair m is made of the features m and w/2 + m, which is the paper's (2m, 2m + 1) with
 * the features in another order.
 *
 * Su et al., "RoFormer: Enhanced transformer with rotary position embedding", 2021, https://arxiv.org/abs/2104.09864
 *
 * @throws OutriggerError `bad-option` at the first use with heads of odd width.
 */
export const rope = (): PositionEncoding => ({
  name: "rope",
  describe: "Queries and keys are turned by angles that grow with the position id.",
  init(_, { size, heads }) {
    if ((size / heads) % 2 === 0) return [];
    const said = `rope: heads of width ${size / heads} have no pairs to turn; give a size that is a multiple of 2·heads.`;
    throw new OutriggerError("bad-option", said, { size, heads });
  },
  rotate(ids, { size, heads }) {
    const turn = angles(ids, size / heads);
    return { cos: tf.cos(turn), sin: tf.sin(turn) };
  },
});
