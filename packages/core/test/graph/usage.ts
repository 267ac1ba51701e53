import { type Graph, inputValues, type Node, own, type Value } from "../../src/graph/graph.ts";
import { leaves } from "../../src/graph/index.ts";
import { allComposites, defineComposite } from "../../src/graph/kernel.ts";
import { simplify } from "../../src/graph/simplify.ts";
import type { Case } from "./case.ts";
import { graphOf, type Order } from "./derivatives.ts";

/** Kernels that are recorded as their parts leave no node, so their calls are noted; before the first trace registers them. */
const called = new Set<string>();
for (const [name, expand] of Array.from(allComposites())) {
  defineComposite(name, (inputs, attributes) => {
    called.add(name);
    return expand(inputs, attributes);
  });
}

/** What one traced function uses. */
export interface Usage {
  readonly graph: Graph;
  readonly simplified: Graph;
  /** Kernels before and after simplification, and those that were recorded as their parts. */
  readonly kernels: ReadonlySet<string>;
  /** Those through which derivatives flow: on a way of floats from the differentiated inputs to the outputs. */
  readonly differentiated: ReadonlySet<string>;
}

function onTheWay(graph: Graph, from: readonly Value[]): Node[] {
  const depends = new Set<Value>(from);
  const flows = (value: Value): boolean => value.dtype === "float32" && depends.has(value);
  for (const node of graph.nodes) {
    if (inputValues(node).some(flows)) for (const output of node.outputs) depends.add(output);
  }
  const wanted = new Set(leaves(graph.outputs));
  return graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((output) => wanted.has(output) && flows(output))) return false;
    for (const input of inputValues(node)) wanted.add(input);
    return node.kernel !== own.input;
  });
}

function findUsage(one: Case, order: Order): Usage {
  called.clear();
  const graph = graphOf(order.of(one), one);
  const parts = [...called];
  const simplified = simplify(graph);
  const inputs = graph.inputs.slice(0, one.x.length).map(({ value }) => value);
  const names = [...graph.nodes, ...simplified.nodes].map(({ kernel }) => kernel);
  const through = onTheWay(graph, inputs).map(({ kernel }) => kernel);
  return {
    graph,
    simplified,
    kernels: new Set([...names, ...parts]),
    differentiated: new Set([...through, ...parts]),
  };
}

/** Several tests look at every trace, and tracing takes longer than looking. */
const found = new Map<Case, Map<Order, Usage>>();

/** What a case, or a derivative of it, uses. */
export function usageOf(one: Case, order: Order): Usage {
  const ofCase = found.get(one) ?? new Map<Order, Usage>();
  const usage = ofCase.get(order) ?? findUsage(one, order);
  found.set(one, ofCase.set(order, usage));
  return usage;
}
