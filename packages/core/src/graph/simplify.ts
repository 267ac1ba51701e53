import { type DType, leaves, mapTree, sizeOf } from "./array.ts";
import {
  type Attributes,
  constantData,
  fillOf,
  type Graph,
  inputValues,
  makeNode,
  type Node,
  own,
  type Value,
} from "./graph.ts";
import type { Operand } from "./interpret.ts";
import { kernelOf, type Output } from "./kernel.ts";
import { constData } from "./recording.ts";
import { replacement } from "./rewrite.ts";
import { evaluate } from "./run-tfjs.ts";

/** Results up to this size are computed while compiling. */
const foldedSize = 4096;

/** What a rewrite rule may ask for: nodes are shared when kernel, inputs and attributes are equal. */
export interface Emitter {
  emit(kernel: string, inputs: Record<string, Value>, attributes: Attributes, output: Output): Value;
  fill(value: number, shape: readonly number[], dtype: DType): Value;
}

/** Constant inputs as data, with the shapes to compute in: their own, or none when one number fills each. */
const operandsOf = (
  inputs: Record<string, Value>,
  shapeOf: (value: Value) => readonly number[],
): Record<string, Operand> =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, v]) => [
      key,
      { shape: shapeOf(v), dtype: v.dtype, data: constantData(v.node)! },
    ]),
  );

class Simplifier implements Emitter {
  readonly nodes: Node[] = [];
  private readonly substitutes = new Map<Value, Value>();
  private readonly known = new Map<string, Node>();
  private values: number;
  private origin: Error;

  constructor(firstValue: number, origin: Error) {
    this.values = firstValue;
    this.origin = origin;
  }

  current(value: Value): Value {
    return this.substitutes.get(value) ?? value;
  }

  emit(kernel: string, inputs: Record<string, Value>, attributes: Attributes, output: Output): Value {
    return this.append(kernel, inputs, false, attributes, [output]).outputs[0]!;
  }

  fill(value: number, shape: readonly number[], dtype: DType): Value {
    return this.emit(own.constant, {}, { data: { fill: value } }, [shape, dtype]);
  }

  visit(node: Node): void {
    this.origin = node.origin;
    if (node.kernel === own.input) {
      this.nodes.push(node);
      return;
    }
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, this.current(v)]));
    const [output] = node.outputs;
    const single = node.outputs.length === 1;
    const substitute = single ? (this.fold(node, inputs) ?? replacement(node, inputs, this)) : undefined;
    if (substitute) {
      this.substitutes.set(output!, substitute);
      return;
    }
    const outputs = node.outputs.map(({ shape, dtype }): Output => [shape, dtype]);
    const made = this.append(node.kernel, inputs, node.list, node.attributes, outputs);
    node.outputs.forEach((old, i) => {
      this.substitutes.set(old, made.outputs[i]!);
    });
  }

  /** Computes a node whose inputs are all constants, if its result is small or one number. */
  private fold(node: Node, inputs: Record<string, Value>): Value | undefined {
    const list = Object.values(inputs);
    if (list.length === 0 || !list.every((v) => constantData(v.node))) return undefined;
    const { shape, dtype } = node.outputs[0]!;
    if (kernelOf(node.kernel).elementwise && list.every((v) => fillOf(v) !== undefined)) {
      return this.fill(
        evaluate(
          node,
          operandsOf(inputs, () => []),
        )[0]!,
        shape,
        dtype,
      );
    }
    if (sizeOf(shape) > foldedSize || list.some((v) => sizeOf(v.shape) > foldedSize)) return undefined;
    const values = evaluate(
      node,
      operandsOf(inputs, (v) => v.shape),
    );
    return this.emit(own.constant, {}, { data: constData(values) }, [shape, dtype]);
  }

  private append(
    kernel: string,
    inputs: Record<string, Value>,
    list: boolean,
    attributes: Attributes,
    outputs: readonly Output[],
  ): Node {
    const key = keyOf(kernel, inputs, attributes, outputs);
    const same = key === undefined ? undefined : this.known.get(key);
    if (same) return same;
    const parts = { id: this.nodes.length, kernel, inputs, list, attributes, origin: this.origin };
    const node = makeNode(parts, outputs, () => this.values++);
    this.nodes.push(node);
    if (key !== undefined) this.known.set(key, node);
    return node;
  }
}

/** Equal keys mean equal results; undefined for large constants, which are not compared. */
function keyOf(
  kernel: string,
  inputs: Record<string, Value>,
  attributes: Attributes,
  outputs: readonly Output[],
): string | undefined {
  const data = attributes.data as { fill?: number; values?: ArrayLike<number> } | undefined;
  if (kernel === own.constant) {
    if (data?.values && data.values.length > 64) return undefined;
    const content = data?.values
      ? Array.from(data.values).join()
      : `fill ${Object.is(data?.fill, -0) ? "-0" : data?.fill}`;
    return `${kernel}|${outputs[0]![1]}|${outputs[0]![0].join()}|${content}`;
  }
  const from = Object.entries(inputs).map(([key, v]) => `${key}=${v.id}`);
  return `${kernel}|${from.join()}|${JSON.stringify(attributes)}|${outputs.map(([shape]) => shape.join()).join(";")}`;
}

/** Only nodes that an output needs; inputs stay known to the graph but are not fed when nothing uses them. */
export function living(nodes: readonly Node[], wanted: readonly Value[]): Node[] {
  const alive = new Set<Node>();
  const open = wanted.map((v) => v.node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (alive.has(node)) continue;
    alive.add(node);
    for (const input of inputValues(node)) open.push(input.node);
  }
  return nodes.filter((node) => alive.has(node));
}

/**
 * A smaller graph with the same outputs: common subexpressions are shared, dead nodes dropped, constants folded, broadcasts of
 * one and zero removed (the gradients of sum and mean are full of them), reshapes and identities merged.
 *
 * Cost: one pass over the nodes.
 */
export function simplify(graph: Graph): Graph {
  const last = graph.nodes.at(-1);
  const firstValue = 1 + graph.nodes.reduce((max, n) => Math.max(max, ...n.outputs.map((v) => v.id)), 0);
  const simplifier = new Simplifier(firstValue, last?.origin ?? new Error("empty graph"));
  const updates = graph.variables.flatMap(({ updated }) => (updated ? [updated] : []));
  for (const node of living(graph.nodes, [...leaves(graph.outputs), ...updates])) simplifier.visit(node);
  const outputs = mapTree(graph.outputs, (v) => simplifier.current(v));
  const variables = graph.variables.map((v) =>
    v.updated ? { ...v, updated: simplifier.current(v.updated) } : v,
  );
  const wanted = [...leaves(outputs), ...variables.flatMap(({ updated }) => (updated ? [updated] : []))];
  return { ...graph, variables, outputs, nodes: living(simplifier.nodes, wanted) };
}
