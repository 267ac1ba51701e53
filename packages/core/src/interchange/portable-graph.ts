import type { DType } from "../graph/array.ts";
import { swapLast } from "../graph/axes.ts";
import { type Attributes, type Graph, makeNode, type Node, own, type Value } from "../graph/graph.ts";

/** Kernels whose fast translation asks the host for a table of row numbers, which a file cannot. */
const tabled: ReadonlySet<string> = new Set(["UnsortedSegmentSum", own.segmentMean, own.segmentMax]);

/**
 * The same graph without what only our executors offer: products with transposed operands become transposes and plain products
 * (ONNX has no transpose flags), and segment ids are no inputs of their segment op.
 */
export function portable(graph: Graph): Graph {
  const nodes: Node[] = [];
  const current = new Map<Value, Value>();
  let values =
    1 + graph.nodes.flatMap(({ outputs }) => outputs).reduce((max, { id }) => Math.max(max, id), 0);
  const append = (
    like: Node,
    kernel: string,
    inputs: Readonly<Record<string, Value>>,
    attributes: Attributes,
    outputs: readonly (readonly [readonly number[], DType])[],
  ): Node => {
    const { list, origin } = like;
    const node = makeNode(
      { id: nodes.length, kernel, inputs, list, attributes, origin },
      outputs,
      () => values++,
    );
    nodes.push(node);
    return node;
  };
  const turned = (node: Node, x: Value): Value => {
    const perm = swapLast(x.shape.length);
    const shape = perm.map((axis) => x.shape[axis]!);
    return append(node, "Transpose", { x }, { perm }, [[shape, x.dtype]]).outputs[0]!;
  };
  for (const node of graph.nodes) {
    if (node.kernel === own.input) {
      nodes.push(node);
      continue;
    }
    const inputs = Object.fromEntries(
      Object.entries(node.inputs).map(([key, value]) => [key, current.get(value) ?? value]),
    );
    let { attributes } = node;
    if (node.kernel === "BatchMatMul") {
      if (attributes.transposeA) inputs.a = turned(node, inputs.a!);
      if (attributes.transposeB) inputs.b = turned(node, inputs.b!);
      attributes = { ...attributes, transposeA: false, transposeB: false };
    }
    if (tabled.has(node.kernel)) {
      const ids = inputs.segmentIds!;
      inputs.segmentIds = append(node, "Identity", { x: ids }, {}, [[ids.shape, ids.dtype]]).outputs[0]!;
    }
    const outputs = node.outputs.map(({ shape, dtype }) => [shape, dtype] as const);
    append(node, node.kernel, inputs, attributes, outputs).outputs.forEach((value, i) => {
      current.set(node.outputs[i]!, value);
    });
  }
  const outputs = Object.fromEntries(
    Object.entries(graph.outputs as Record<string, Value>).map(([name, value]) => [
      name,
      current.get(value) ?? value,
    ]),
  );
  return { ...graph, nodes, outputs };
}
