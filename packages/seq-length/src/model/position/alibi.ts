import * as tf from "@tensorflow/tfjs";
import { distances } from "./distance.ts";
import type { PositionEncoding } from "./encoding.ts";

/**
 * Slopes of H heads: the geometric sequence with start and ratio 2^(−8/H) where H is a power of two; else those of the next lower power of two,
 * and then every second one of the next higher.
 */
export function slopes(heads: number): number[] {
  const lower = 2 ** Math.floor(Math.log2(heads));
  const own = Array.from({ length: lower }, (_, h) => 2 ** ((-8 * (h + 1)) / lower));
  if (lower === heads) return own;
  const between = slopes(2 * lower).filter((_, h) => h % 2 === 0);
  return [...own, ...between.slice(0, heads - lower)];
}

/**
 * Attention with linear biases: the logit of query id i and key id j gets −s_h (i − j), s_h the slope of the head. A key whose id lies ahead,
 * as coupled positions have, counts as no distance away.
 *
 * Press, Smith and Lewis, "Train short, test long: Attention with linear biases enables input length extrapolation", ICLR 2022,
 * https://arxiv.org/abs/2108.12409
 */
export const alibi = (): PositionEncoding => ({
  name: "alibi",
  describe: "Attention falls linearly with distance, in every head with another slope.",
  init: () => [],
  bias: (_, queries, keys, { heads }) =>
    tf.mul(
      distances(queries, keys),
      tf.tensor4d(
        slopes(heads).map((s) => -s),
        [1, heads, 1, 1],
      ),
    ),
});
