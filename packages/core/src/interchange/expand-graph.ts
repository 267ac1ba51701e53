import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { emptyData, sizeOf, type Tree } from "../graph/array.ts";
import { constantData, type Node, own, type Value } from "../graph/graph.ts";
import { type Kernel, kernelOf } from "../graph/kernel.ts";
import { simplify } from "../graph/simplify.ts";
import { trace } from "../graph/trace.ts";
import type { EvaluationGraph } from "./evaluation-graph.ts";
import { noTfOp } from "./tf-call.ts";

/** A kernel as the ops that it consists of. */
export type Composition = NonNullable<Kernel["tfjs"]>;

/** Undefined for a node that stays as it is. */
export type Expansion = (node: Node) => Composition | undefined;

/** The composition that a kernel's own file has, if it has one. */
export function ownComposition({ kernel }: Node): Composition | undefined {
  const known = kernelOf(kernel);
  return known.tfjs && ((inputs, attributes) => known.tfjs!(inputs, attributes));
}

/** Recurrences as their steps one after another: files have no loops, whose bodies would hold for one batch size. */
export const unrolled: Expansion = (node) => (node.kernel === own.scan ? ownComposition(node) : undefined);

function record(node: Node, inputs: Record<string, Tensor>, expand: Expansion): Tensor[] {
  const data = constantData(node);
  const [{ shape, dtype }] = node.outputs as [Value];
  if (data) {
    const values = "fill" in data ? emptyData(dtype, sizeOf(shape)).fill(data.fill) : data.values;
    return [tf.tensor(values, shape, dtype)];
  }
  const composition = expand(node);
  if (composition) return [composition(inputs, node.attributes)].flat();
  const given = node.list ? (Object.values(inputs) as unknown as NamedTensorMap) : inputs;
  return [
    tf.engine().runKernel(node.kernel, given, node.attributes as NamedAttrMap) as Tensor | Tensor[],
  ].flat();
}

const isComputed = (node: Node): boolean => node.kernel !== own.input && !constantData(node);

/** Compositions of compositions; more are a kernel that consists of itself. */
const deepest = 8;

/**
 * The same graph with some kernels recorded as the ops that they consist of, and these in turn.
 *
 * @throws OutriggerError `unsupported` for a kernel that consists of itself
 */
export function expanded(source: EvaluationGraph, expand: Expansion, depth = 0): EvaluationGraph {
  const { graph, weights, inputs, outputs } = source;
  const next = graph.nodes.find((node) => isComputed(node) && expand(node));
  if (!next) return source;
  if (depth === deepest) throw noTfOp(next);
  const fed = graph.nodes.filter(({ kernel }) => kernel === own.input).map((node) => node.outputs[0]!);
  const run = (...args: Tensor[]): Tree<Tensor> => {
    const known = new Map(fed.map((value, i) => [value, args[i]!]));
    for (const node of graph.nodes) {
      if (node.kernel === own.input) continue;
      const given = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, known.get(v)!]));
      record(node, given, expand).forEach((tensor, i) => {
        known.set(node.outputs[i]!, tensor);
      });
    }
    return Object.fromEntries([...outputs].map(([name, value]) => [name, known.get(value)!]));
  };
  const made = simplify(trace(run as never)(...fed.map(({ shape, dtype }) => ({ shape, dtype }))));
  const twin = (value: Value): Value => made.inputs[fed.indexOf(value)]!.value;
  const found = made.outputs as Record<string, Value>;
  const result: EvaluationGraph = {
    graph: made,
    weights: new Map([...weights].map(([value, weight]) => [twin(value), weight])),
    inputs: new Map([...inputs].map(([value, name]) => [twin(value), name])),
    outputs: new Map([...outputs.keys()].map((name) => [name, found[name]!])),
  };
  return expanded(result, expand, depth + 1);
}
