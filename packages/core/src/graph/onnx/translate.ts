import { leaves } from "../array.ts";
import { type ConstData, constantData, type Graph, type Node, own, type Value } from "../graph.ts";
import { kernelOf } from "../kernel.ts";
import { OnnxBuilder, processor, type Runtime, type SegmentTable } from "./builder.ts";
import { Layouts, translateNode } from "./layout.ts";
import { encodeModel, type OnnxNode, type OnnxValueInfo, valueInfo } from "./proto.ts";

/** An ONNX model of a graph, and the names by which its values go in and out. */
export interface OnnxModel {
  readonly bytes: Uint8Array;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: ReadonlyMap<Value, string>;
  readonly tables: readonly SegmentTable[];
  readonly outputs: readonly string[];
}

function constantName(value: Value, data: ConstData, b: OnnxBuilder): string {
  return "fill" in data
    ? b.filled(data.fill, value.shape, value.dtype)
    : b.constant(data.values, value.shape, value.dtype);
}

/** Graph inputs that some node or output uses, in a fixed order. */
function usedInputs(graph: Graph): Value[] {
  return graph.nodes.filter((node) => node.kernel === own.input).map((node) => node.outputs[0]!);
}

export const outputValues = (graph: Graph): Value[] => [
  ...leaves(graph.outputs),
  ...graph.variables.flatMap(({ updated }) => (updated ? [updated] : [])),
];

/** Translates nodes in order; inputs must be known to the layouts. */
export function translateNodes(nodes: readonly Node[], layouts: Layouts, b: OnnxBuilder): void {
  for (const node of nodes) {
    if (node.kernel === own.input) continue;
    const data = constantData(node);
    if (data) {
      layouts.set(node.outputs[0]!, constantName(node.outputs[0]!, data, b));
      continue;
    }
    b.scope = `${node.kernel}#${node.id}`;
    translateNode(node, kernelOf(node.kernel), layouts, b);
  }
}

/** Names of results serve as output names, which saves a copy; inputs, constants and repeated results need their own. */
export function outputNames(results: readonly Value[], layouts: Layouts, b: OnnxBuilder): string[] {
  const names = results.map((value) => layouts.get(value));
  const made = new Set(b.nodes.flatMap((node) => node.output));
  const taken = new Set<string>();
  return names.map((name) => {
    const unique = made.has(name) && !taken.has(name) ? name : b.add("Identity", [name]);
    taken.add(unique);
    return unique;
  });
}

/**
 * The nodes that nobody reads at the end, the last made first. ONNX Runtime (1.30) does not run nodes in their order: it starts from
 * those that nobody reads, the last one first, and runs what each of them needs. In the order of the graph that is the gradient of the
 * first layer, for which the whole backward pass is made, and every layer's operands wait for the end; in this order a layer's gradient
 * is formed as soon as it can be, and its operands are free.
 */
function soonest(nodes: readonly OnnxNode[]): OnnxNode[] {
  const read = new Set(nodes.flatMap(({ input }) => input));
  const isRead = ({ output }: OnnxNode): boolean => output.some((name) => read.has(name));
  return [...nodes.filter(isRead), ...nodes.filter((node) => !isRead(node)).reverse()];
}

/** Translates a simplified graph to an ONNX model (opset 21). */
export function toOnnx(graph: Graph, double = false, runtime: Runtime = processor): OnnxModel {
  const fed = usedInputs(graph);
  const inputs = new Map(fed.map((value, i) => [value, `in${i}`]));
  const b = new OnnxBuilder(new Set(fed), double, "", runtime);
  const layouts = new Layouts(b);
  for (const [value, name] of inputs) layouts.set(value, name);
  translateNodes(graph.nodes, layouts, b);
  const results = outputValues(graph);
  const outputs = outputNames(results, layouts, b);
  const nodes = soonest(b.nodes);
  const inputInfo: OnnxValueInfo[] = [
    ...fed.map((value) => valueInfo(inputs.get(value)!, b.type(value.dtype), value.shape)),
    ...b.tables.map(({ name, segments }) => valueInfo(name, "int32", [segments, `${name}_width`])),
  ];
  const outputInfo = results.map((value, i) => valueInfo(outputs[i]!, b.type(value.dtype), value.shape));
  return {
    bytes: encodeModel(nodes, b.initializers, inputInfo, outputInfo),
    nodes,
    inputs,
    tables: b.tables,
    outputs,
  };
}
