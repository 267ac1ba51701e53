import { array } from "@outrigger/core";
import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { distances } from "./distance.ts";
import type { PositionEncoding } from "./encoding.ts";

/** Buckets: half of them one distance each, the others ever wider. */
const [BUCKETS, EXACT, FARTHEST] = [32, 16, 128];

/** The bucket of every distance, int32: d below 16, then 16 + ⌊16 · ln(d/16) / ln(128/16)⌋, at most 31. */
function bucketsOf(distance: Tensor): Tensor {
  const ratio = tf.div(tf.log(tf.div(tf.maximum(distance, EXACT), EXACT)), Math.log(FARTHEST / EXACT));
  const wide = tf.minimum(tf.add(tf.floor(tf.mul(ratio, BUCKETS - EXACT)), EXACT), BUCKETS - 1);
  return tf.cast(tf.where(tf.less(distance, EXACT), distance, wide), "int32");
}

/**
 * A learned number a head and bucket of the distance i − j, added to the logit: 16 buckets of one distance each, then 16 that grow with the logarithm
 * up to 128, beyond which all distances share the last. All layers share the table [32, H], which starts at 0.
 *
 * Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", JMLR 2020,
 * https://arxiv.org/abs/1910.10683, section 2.1
 */
export const t5Bias = (): PositionEncoding => ({
  name: "t5-bias",
  describe: "A learned bias of attention for every class of distances, 128 and more being one class.",
  init: (_, { heads }) => array(new Float32Array(BUCKETS * heads), [BUCKETS, heads]),
  bias(table, queries, keys, { heads }) {
    const [batch, rows] = queries.shape as [number, number];
    const buckets = tf.reshape(bucketsOf(distances(queries, keys)), [-1]);
    const found = tf.gather(table as Tensor, buckets);
    return tf.transpose(tf.reshape(found, [batch, rows, keys.shape[1]!, heads]), [0, 3, 1, 2]);
  },
});
