import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { type DType, emptyData, sizeOf } from "./array.ts";
import { explainFailure } from "./failure.ts";
import {
  type ConstData,
  constantData,
  type Graph,
  inputValues,
  type Node,
  own,
  type Value,
} from "./graph.ts";
import { rememberOnHost } from "./host-values.ts";
import { kernelOf } from "./kernel.ts";

/** Data of a node's inputs while compiling. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ConstData;
}

/** Runs one node on the current tfjs backend. */
export function runNode(node: Node, inputs: Record<string, Tensor>): Tensor[] {
  const kernel = kernelOf(node.kernel);
  const missing = !tf.getKernel(node.kernel, tf.getBackend());
  let result: Tensor | Tensor[];
  if (kernel.tfjs && (missing || kernel.always)) result = kernel.tfjs(inputs, node.attributes);
  else if (missing) {
    const said = `the tfjs backend "${tf.getBackend()}" has no kernel "${node.kernel}"`;
    throw new OutriggerError("unsupported", `${said}: use runtime "onnx" or another device`, {
      kernel: node.kernel,
    });
  } else {
    const given = node.list ? (Object.values(inputs) as unknown as NamedTensorMap) : inputs;
    result = tf.engine().runKernel(node.kernel, given, node.attributes as NamedAttrMap) as Tensor | Tensor[];
  }
  return Array.isArray(result) ? result : [result];
}

/** A tensor with a constant's values, on the current backend. */
export function constantTensor({ shape, dtype }: Pick<Operand, "shape" | "dtype">, data: ConstData): Tensor {
  if ("values" in data) {
    const tensor = tf.tensor(data.values, [...shape], dtype);
    rememberOnHost(tensor, data.values);
    return tensor;
  }
  if (dtype === "float32" && sizeOf(shape) > 1) return tf.fill([...shape], data.fill);
  return tf.tensor(emptyData(dtype, sizeOf(shape)).fill(data.fill), [...shape], dtype);
}

/** A graph in the order in which it is run, with what can be given back after each step. */
export interface Plan {
  readonly graph: Graph;
  readonly wanted: readonly Value[];
  readonly steps: readonly { readonly node: Node; readonly last: readonly Value[] }[];
}

/** @param wanted values that must be there at the end */
export function planOf(graph: Graph, wanted: readonly Value[]): Plan {
  const seen = new Set<Value>(wanted);
  const steps: { node: Node; last: Value[] }[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (node.kernel === own.input) continue;
    const last: Value[] = [];
    for (const value of [...node.outputs, ...inputValues(node)]) {
      if (seen.has(value)) continue;
      seen.add(value);
      last.push(value);
    }
    steps.push({ node, last });
  }
  return { graph, wanted, steps: steps.reverse() };
}

/** Results that are one of the inputs, or the same tensor twice, become tensors of their own: each is given back by itself. */
function separate(made: readonly Tensor[], inputs: readonly Tensor[]): Tensor[] {
  const taken = new Set(inputs);
  return made.map((tensor) => {
    const mine = taken.has(tensor) ? tf.clone(tensor) : tensor;
    taken.add(mine);
    return mine;
  });
}

/**
 * Runs a plan node by node on the current tfjs backend; call it in a tidy. Tensors are given back after their last use, but for those
 * of `feeds` and the wanted ones.
 *
 * @param around runs the op of a node that it is given
 * @throws OutriggerError `out-of-memory` and `unsupported`, naming op and line
 */
export function execute(
  plan: Plan,
  feeds: ReadonlyMap<Value, Tensor>,
  around: (node: Node, run: () => void) => void = (_node, run) => run(),
): Tensor[] {
  const known = new Map<Value, Tensor>(feeds);
  for (const { node, last } of plan.steps) {
    const data = constantData(node);
    if (data) {
      const [value] = node.outputs;
      if (!known.has(value!)) known.set(value!, constantTensor(value!, data));
    } else {
      const inputs = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, known.get(v)!]));
      let made: Tensor[] = [];
      around(node, () => {
        made = runGuarded(plan.graph, node, inputs);
      });
      separate(made, Object.values(inputs)).forEach((tensor, i) => {
        known.set(node.outputs[i]!, tensor);
      });
    }
    for (const value of last) {
      if (feeds.has(value)) continue;
      known.get(value)?.dispose();
      known.delete(value);
    }
  }
  return plan.wanted.map((value) => known.get(value)!);
}

function runGuarded(graph: Graph, node: Node, inputs: Record<string, Tensor>): Tensor[] {
  try {
    return tf.tidy(() => runNode(node, inputs));
  } catch (error) {
    throw explainFailure(error, graph, `tfjs on ${tf.getBackend()}`, node);
  }
}

/** Runs a graph once on the current tfjs backend; call it in a tidy. */
export const interpret = (
  graph: Graph,
  feeds: ReadonlyMap<Value, Tensor>,
  wanted: readonly Value[],
): Tensor[] => execute(planOf(graph, wanted), feeds);
