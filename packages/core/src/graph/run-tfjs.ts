import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import {
  type ArrayData,
  type DType,
  emptyData,
  leaves,
  type NDArray,
  sizeOf,
  type Tree,
  unflatten,
} from "./array.ts";
import type { Executable } from "./executable.ts";
import { type ConstData, constantData, type Graph, type Node, own, type Value } from "./graph.ts";
import { kernelOf } from "./kernel.ts";
import { onBackend } from "./tfjs-backend.ts";

/** Runs one node on the current tfjs backend. */
function runNode(node: Node, inputs: Record<string, Tensor>): Tensor[] {
  const kernel = kernelOf(node.kernel);
  const missing = !tf.getKernel(node.kernel, tf.getBackend());
  let result: Tensor | Tensor[];
  if (kernel.tfjs && (missing || kernel.always)) result = kernel.tfjs(inputs, node.attributes);
  else if (missing) {
    const said = `the tfjs backend "${tf.getBackend()}" has no kernel "${node.kernel}"`;
    throw new OutriggerError("unsupported", `${said}: use runtime "onnx" or another backend`, {
      kernel: node.kernel,
    });
  } else {
    const given = node.list ? (Object.values(inputs) as unknown as NamedTensorMap) : inputs;
    result = tf.engine().runKernel(node.kernel, given, node.attributes as NamedAttrMap) as Tensor | Tensor[];
  }
  return Array.isArray(result) ? result : [result];
}

function constantTensor({ shape, dtype }: Value, data: ConstData): Tensor {
  if ("values" in data) return tf.tensor(data.values, shape, dtype);
  return tf.tensor(emptyData(dtype, sizeOf(shape)).fill(data.fill), shape, dtype);
}

/** Runs a graph node by node on the current tfjs backend; call it in a tidy. The body of a scan is run with it, too. */
export function interpret(
  graph: Graph,
  feeds: ReadonlyMap<Value, Tensor>,
  wanted: readonly Value[],
): Tensor[] {
  const known = new Map<Value, Tensor>(feeds);
  for (const node of graph.nodes) {
    if (node.kernel === own.input) continue;
    const data = constantData(node);
    if (data) {
      known.set(node.outputs[0]!, constantTensor(node.outputs[0]!, data));
      continue;
    }
    const inputs = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, known.get(v)!]));
    runNode(node, inputs).forEach((tensor, i) => {
      known.set(node.outputs[i]!, tensor);
    });
  }
  return wanted.map((value) => known.get(value)!);
}

const updatesOf = (graph: Graph): Value[] =>
  graph.variables.flatMap(({ updated }) => (updated ? [updated] : []));

/**
 * Runs a graph on tensors of the current backend and returns tensors.
 *
 * @throws OutriggerError `trace` when the graph draws random masks: only a compiled function has a stream for them
 */
export function runEagerly(graph: Graph, args: readonly Tree<Tensor>[]): Tree<Tensor> {
  if (graph.masks.length > 0) {
    throw new OutriggerError(
      "trace",
      "random masks need a seeded stream: use compile(f, { random }) instead",
    );
  }
  const flat = leaves(args as Tree<Tensor>);
  return tf.tidy(() => {
    const feeds = new Map<Value, Tensor>(graph.inputs.map(({ value }, i) => [value, flat[i]!]));
    for (const { variable, value } of graph.variables) feeds.set(value, variable);
    const outputs = leaves(graph.outputs);
    const results = interpret(graph, feeds, [...outputs, ...updatesOf(graph)]);
    graph.variables
      .filter(({ updated }) => updated)
      .forEach(({ variable }, i) => {
        variable.assign(results[outputs.length + i]! as typeof variable);
      });
    return unflatten(graph.outputs, results.slice(0, outputs.length)) as Tree<Tensor> & Tensor;
  });
}

/** Data of a node's inputs while compiling. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ConstData;
}

/** The value of a node with constant inputs, computed by tfjs's own cpu kernels. */
export function evaluate(node: Node, operands: Record<string, Operand>): ArrayData {
  return onBackend("cpu", () =>
    tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(operands).map(([key, { shape, dtype, data }]) => [
          key,
          constantTensor({ shape, dtype } as Value, data),
        ]),
      );
      return runNode(node, inputs)[0]!.dataSync() as ArrayData;
    }),
  );
}

/** Interprets the graph on a tfjs backend that {@link readyBackend} has started. */
export function createTfjsExecutable(graph: Graph, backend: string): Executable {
  const wanted = [...leaves(graph.outputs), ...updatesOf(graph)];
  const run = async (
    feeds: ReadonlyMap<Value, NDArray>,
    into: readonly (NDArray | undefined)[] = [],
  ): Promise<NDArray[]> => {
    const results = onBackend(backend, () =>
      tf.tidy(() => {
        const tensors = new Map<Value, Tensor>();
        for (const [value, { data, shape, dtype }] of feeds)
          tensors.set(value, tf.tensor(data, [...shape], dtype));
        return interpret(graph, tensors, wanted).map((t) => tf.keep(t.clone()));
      }),
    );
    const read = await Promise.all(results.map((tensor) => tensor.data()));
    for (const tensor of results) tensor.dispose();
    return wanted.map(({ shape, dtype }, i) => {
      const out = into[i] ?? { shape, dtype, data: emptyData(dtype, sizeOf(shape)) };
      out.data.set(read[i] as ArrayData);
      return out;
    });
  };
  return { run, dispose: async () => {} };
}
