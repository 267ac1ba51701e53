import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
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
import { type Engine, type Executable, Held } from "./executable.ts";
import { outOfMemory } from "./failure.ts";
import { constantData, type Graph, type Node, type Value } from "./graph.ts";
import { rememberOnHost } from "./host-values.ts";
import { constantTensor, execute, interpret, type Operand, type Plan, planOf, runNode } from "./interpret.ts";
import { onBackend } from "./tfjs-backend.ts";

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

/** The value of a node with constant inputs, computed by tfjs's own cpu kernels. */
export function evaluate(node: Node, operands: Record<string, Operand>): ArrayData {
  return onBackend("cpu", () =>
    tf.tidy(() => {
      const inputs = Object.fromEntries(
        Object.entries(operands).map(([key, operand]) => [key, constantTensor(operand, operand.data)]),
      );
      return runNode(node, inputs)[0]!.dataSync() as ArrayData;
    }),
  );
}

/** Fills of more elements than this are made anew in every run: kept, they would hold memory of which a run needs little at a time. */
const keptFill = 4096;

/** Tensors of the constants that are worth keeping on the backend. */
function keptConstants({ steps }: Plan): Map<Value, Tensor> {
  const kept = new Map<Value, Tensor>();
  for (const { node } of steps) {
    const data = constantData(node);
    const [value] = node.outputs;
    if (data && ("values" in data || sizeOf(value!.shape) <= keptFill)) {
      kept.set(value!, tf.keep(constantTensor(value!, data)));
    }
  }
  return kept;
}

/** What WebGPU's backend keeps of its device. */
interface GpuDevice {
  readonly limits: { readonly maxStorageBufferBindingSize: number };
  pushErrorScope(filter: "out-of-memory" | "validation"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
}

const gpuDevice = (backend: string): GpuDevice | undefined =>
  backend === "webgpu" ? (tf.findBackend(backend) as unknown as { device: GpuDevice }).device : undefined;

/** Bytes of the largest tensor: of a GPU's binding, or of WebAssembly's address space, which its backend does not check. */
function largestTensor(backend: string): number {
  if (backend === "wasm") return 2 ** 32;
  return gpuDevice(backend)?.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;
}

/** @throws OutriggerError `out-of-memory` for a tensor that the backend cannot hold: WebGPU would go on with zeros. */
function checkSizes(graph: Graph, backend: string): void {
  const limit = largestTensor(backend);
  const large = graph.nodes.find(({ outputs }) => outputs.some(({ shape }) => sizeOf(shape) * 4 > limit));
  if (large) throw outOfMemory(large, `tfjs on ${backend}`);
}

/** Runs `f`, and turns errors that WebGPU only notes into exceptions. */
async function watched<T>(device: GpuDevice | undefined, f: () => Promise<T>): Promise<T> {
  if (device === undefined) return f();
  device.pushErrorScope("out-of-memory");
  const result = await f();
  const error = await device.popErrorScope();
  if (error) throw outOfMemory(undefined, `tfjs on webgpu (${error.message})`);
  return result;
}

function load(graph: Graph, heldCount: number, backend: string): Executable {
  checkSizes(graph, backend);
  const wanted = [...leaves(graph.outputs), ...updatesOf(graph)];
  const plan = planOf(graph, wanted);
  let constants: Map<Value, Tensor> | undefined;
  const run: Executable["run"] = async (feeds, into = []) => {
    const results = onBackend(backend, () =>
      tf.tidy(() => {
        constants ??= keptConstants(plan);
        const tensors = new Map<Value, Tensor>(constants);
        for (const [value, feed] of feeds) {
          tensors.set(value, feed instanceof Held ? (feed.value as Tensor) : upload(feed));
        }
        return execute(plan, tensors).map((t) => tf.keep(t.clone()));
      }),
    );
    const rest = results.slice(heldCount);
    const read = await Promise.all(rest.map((tensor) => tensor.data()));
    for (const tensor of rest) tensor.dispose();
    const arrays = wanted.slice(heldCount).map(({ shape, dtype }, i) => {
      const out = into[i] ?? { shape, dtype, data: emptyData(dtype, sizeOf(shape)) };
      out.data.set(read[i] as ArrayData);
      return out;
    });
    return { held: results.slice(0, heldCount).map(held), arrays };
  };
  return {
    run: (feeds, into) => watched(gpuDevice(backend), () => run(feeds, into)),
    async dispose() {
      for (const tensor of constants?.values() ?? []) tensor.dispose();
      constants = undefined;
    },
  };
}

const held = (tensor: Tensor): Held =>
  new Held({ shape: tensor.shape, dtype: tensor.dtype as DType }, tensor, () => tensor.dispose());

function upload({ data, shape, dtype }: NDArray): Tensor {
  const tensor = tf.tensor(data, [...shape], dtype);
  rememberOnHost(tensor, data);
  return tensor;
}

/** A backend of tfjs that has been started: graphs are interpreted node by node. */
export function openTfjs(backend: string): Engine {
  return {
    load: async (graph, heldCount) => load(graph, heldCount, backend),
    hold: ({ shape, dtype, data }) =>
      onBackend(backend, () => held(tf.keep(tf.tensor(data.slice(), [...shape], dtype)))),
    read: (values) =>
      Promise.all(
        values.map(async ({ shape, dtype, value }) => {
          const data = (await (value as Tensor).data()) as ArrayData;
          return { shape, dtype, data: data.slice() };
        }),
      ),
    dispose: async () => {},
  };
}
