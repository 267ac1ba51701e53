import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";

/** max(0, i − j) for query ids i [batch, queries] and key ids j [batch, keys], float32 [batch, 1, queries, keys]. Ids that lie ahead count as 0 away. */
export function distances(queries: Tensor, keys: Tensor): Tensor {
  const [batch, rows] = queries.shape as [number, number];
  const columns = keys.shape[1]!;
  const i = tf.reshape(tf.cast(queries, "float32"), [batch, 1, rows, 1]);
  const j = tf.reshape(tf.cast(keys, "float32"), [batch, 1, 1, columns]);
  return tf.relu(tf.sub(i, j));
}
