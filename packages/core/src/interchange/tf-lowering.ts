import type { Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../graph/array.ts";
import { own } from "../graph/graph.ts";
import type { EvaluationGraph } from "./evaluation-graph.ts";
import { type Composition, expanded, ownComposition } from "./expand-graph.ts";
import { noTfOp } from "./tf-call.ts";
import { isTranslated } from "./tf-ops.ts";

/** [segments, rows]: 1 where a row belongs to a segment. */
const membership = (ids: Tensor, segments: number): Tensor =>
  tf.transpose(tf.cast(tf.oneHot(ids as Tensor1D, segments), "float32"));

const segmentSum: Composition = ({ x, segmentIds }, { numSegments }) => {
  const segments = numSegments as number;
  const rows = tf.reshape(x!, [x!.shape[0]!, sizeOf(x!.shape.slice(1))]);
  return tf.reshape(tf.matMul(membership(segmentIds!, segments), rows), [segments, ...x!.shape.slice(1)]);
};

/** Segment ops as products: their own compositions read the ids on the host. */
const products: Readonly<Record<string, Composition>> = {
  UnsortedSegmentSum: segmentSum,
  [own.segmentMean]: (inputs, attributes) => {
    const sums = segmentSum(inputs, attributes) as Tensor;
    const counts = tf.sum(membership(inputs.segmentIds!, attributes.numSegments as number), 1);
    const shape = [sums.shape[0]!, ...new Array<number>(sums.rank - 1).fill(1)];
    return tf.div(sums, tf.reshape(tf.maximum(counts, 1), shape));
  },
};

/**
 * The same graph with TensorFlow's ops only: kernels that TensorFlow has not are recorded as the ops that they consist of.
 *
 * @throws OutriggerError `unsupported` that names a kernel which does not consist of such ops
 */
export const lowered = (source: EvaluationGraph): EvaluationGraph =>
  expanded(source, (node) => {
    if (isTranslated(node)) return undefined;
    const composition = products[node.kernel] ?? ownComposition(node);
    // Its composition reads the ids on the host.
    if (!composition || node.kernel === own.segmentMax) throw noTfOp(node);
    return composition;
  });
