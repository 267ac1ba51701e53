import type { NamedAttrMap, NamedTensorMap, Tensor, Tensor1D } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { emptyData, sizeOf, type Tree } from "../graph/array.ts";
import { constantData, type Node, own, type Value } from "../graph/graph.ts";
import { type Kernel, kernelOf } from "../graph/kernel.ts";
import { simplify } from "../graph/simplify.ts";
import { trace } from "../graph/trace.ts";
import type { EvaluationGraph } from "./evaluation-graph.ts";
import { noTfOp } from "./tf-call.ts";
import { isTranslated } from "./tf-ops.ts";

type Composition = NonNullable<Kernel["tfjs"]>;

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

function compositionOf(node: Node): Composition {
  const product = products[node.kernel];
  if (product) return product;
  const kernel = kernelOf(node.kernel);
  if (!kernel.tfjs || node.kernel === own.segmentMax) throw noTfOp(node);
  return (inputs, attributes) => kernel.tfjs!(inputs, attributes);
}

function record(node: Node, inputs: Record<string, Tensor>): Tensor[] {
  const data = constantData(node);
  const [{ shape, dtype }] = node.outputs as [Value];
  let made: Tensor | Tensor[];
  if (data) {
    made =
      "fill" in data
        ? tf.tensor(emptyData(dtype, sizeOf(shape)).fill(data.fill), shape, dtype)
        : tf.tensor(data.values, shape, dtype);
  } else if (isTranslated(node)) {
    const given = node.list ? (Object.values(inputs) as unknown as NamedTensorMap) : inputs;
    made = tf.engine().runKernel(node.kernel, given, node.attributes as NamedAttrMap) as Tensor | Tensor[];
  } else made = compositionOf(node)(inputs, node.attributes);
  return [made].flat();
}

/**
 * The same graph with TensorFlow's ops only: kernels that TensorFlow has not are recorded as the ops that they consist of.
 *
 * @throws OutriggerError `unsupported` that names a kernel which does not consist of such ops
 */
export function lowered(source: EvaluationGraph): EvaluationGraph {
  const { graph, weights, inputs, outputs } = source;
  const foreign = graph.nodes.filter(
    (node) => node.kernel !== own.input && !constantData(node) && !isTranslated(node),
  );
  if (foreign.length === 0) return source;
  for (const node of foreign) compositionOf(node);
  const fed = graph.nodes.filter(({ kernel }) => kernel === own.input).map((node) => node.outputs[0]!);
  const run = (...args: Tensor[]): Tree<Tensor> => {
    const known = new Map(fed.map((value, i) => [value, args[i]!]));
    for (const node of graph.nodes) {
      if (node.kernel === own.input) continue;
      const given = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, known.get(v)!]));
      record(node, given).forEach((tensor, i) => {
        known.set(node.outputs[i]!, tensor);
      });
    }
    return Object.fromEntries([...outputs].map(([name, value]) => [name, known.get(value)!]));
  };
  const made = simplify(trace(run as never)(...fed.map(({ shape, dtype }) => ({ shape, dtype }))));
  const twin = (value: Value): Value => made.inputs[fed.indexOf(value)]!.value;
  return {
    graph: made,
    weights: new Map([...weights].map(([value, weight]) => [twin(value), weight])),
    inputs: new Map([...inputs].map(([value, name]) => [twin(value), name])),
    outputs: new Map(
      [...outputs.keys()].map((name) => [name, (made.outputs as Record<string, Value>)[name]!]),
    ),
  };
}
