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
import { type Engine, type Executable, type Feeds, Held, type Results } from "./executable.ts";
import { explainFailure, outOfMemory } from "./failure.ts";
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

/** What is used of WebGPU's backend. */
interface GpuBackend {
  readonly device: {
    readonly limits: { readonly maxStorageBufferBindingSize: number };
    pushErrorScope(filter: "out-of-memory" | "validation"): void;
    popErrorScope(): Promise<{ readonly message: string } | null>;
  };
  /** Commands that wait for more before they go to the device. */
  readonly commandEncoder: unknown;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

const gpuBackend = (backend: string): GpuBackend | undefined =>
  backend === "webgpu" ? (tf.findBackend(backend) as unknown as GpuBackend) : undefined;

/** Bytes of the largest tensor: of a GPU's binding, or of WebAssembly's address space, which its backend does not check. */
function largestTensor(backend: string): number {
  if (backend === "wasm") return 2 ** 32;
  return gpuBackend(backend)?.device.limits.maxStorageBufferBindingSize ?? Number.POSITIVE_INFINITY;
}

/** @throws OutriggerError `out-of-memory` for a tensor that the backend cannot hold: WebGPU would go on with zeros. */
function checkSizes(graph: Graph, backend: string): void {
  const limit = largestTensor(backend);
  const large = graph.nodes.find(({ outputs }) => outputs.some(({ shape }) => sizeOf(shape) * 4 > limit));
  if (large) throw outOfMemory(large, `tfjs on ${backend}`);
}

/** An error that WebGPU notes, and goes on after with zeros for results. */
interface GpuError {
  readonly message: string;
  readonly memory: boolean;
}

/** Runs `f`, and notes the first error of what it makes the device do. */
function noting<T>(gpu: GpuBackend, f: () => T): { result: T; error: Promise<GpuError | undefined> } {
  const { device } = gpu;
  device.pushErrorScope("out-of-memory");
  device.pushErrorScope("validation");
  let error: Promise<GpuError | undefined>;
  let result: T;
  try {
    result = f();
  } finally {
    // Commands that wait would fail later and unnoticed, and take those of the next run with them.
    if (gpu.commandEncoder) {
      gpu.endComputePassEncoder();
      gpu.submitQueue();
    }
    const [invalid, full] = [device.popErrorScope(), device.popErrorScope()];
    error = Promise.all([invalid, full]).then(([refused, short]) => {
      const found = short ?? refused;
      return found ? { message: found.message, memory: short !== null } : undefined;
    });
  }
  return { result, error };
}

/** A graph on a backend of tfjs. */
class Interpreter implements Executable {
  readonly #graph: Graph;
  readonly #held: number;
  readonly #backend: string;
  readonly #wanted: readonly Value[];
  readonly #plan: Plan;
  #constants: Map<Value, Tensor> | undefined;

  constructor(graph: Graph, held: number, backend: string) {
    checkSizes(graph, backend);
    this.#graph = graph;
    this.#held = held;
    this.#backend = backend;
    this.#wanted = [...leaves(graph.outputs), ...updatesOf(graph)];
    this.#plan = planOf(graph, this.#wanted);
  }

  async run(feeds: Feeds, into: readonly (NDArray | undefined)[] = []): Promise<Results> {
    const gpu = gpuBackend(this.#backend);
    const begin = (): { tensors: Tensor[]; read: Promise<ArrayData[]> } => {
      const tensors = this.#compute(feeds);
      const read = tensors.slice(this.#held).map((tensor) => tensor.data() as Promise<ArrayData>);
      return { tensors, read: Promise.all(read) };
    };
    const { result, error } = gpu ? noting(gpu, begin) : { result: begin(), error: undefined };
    const found = await error;
    if (found) {
      await result.read.catch(() => undefined);
      for (const tensor of result.tensors) tensor.dispose();
      throw await this.#explain(found, feeds, gpu!);
    }
    const read = await result.read;
    for (const tensor of result.tensors.slice(this.#held)) tensor.dispose();
    const arrays = this.#wanted.slice(this.#held).map(({ shape, dtype }, i) => {
      const out = into[i] ?? { shape, dtype, data: emptyData(dtype, sizeOf(shape)) };
      out.data.set(read[i]!);
      return out;
    });
    return { held: result.tensors.slice(0, this.#held).map(hold), arrays };
  }

  async dispose(): Promise<void> {
    for (const tensor of this.#constants?.values() ?? []) tensor.dispose();
    this.#constants = undefined;
  }

  #compute(feeds: Feeds, around?: Parameters<typeof execute>[2]): Tensor[] {
    return onBackend(this.#backend, () =>
      tf.tidy(() => {
        this.#constants ??= keptConstants(this.#plan);
        const tensors = new Map<Value, Tensor>(this.#constants);
        for (const [value, feed] of feeds) {
          tensors.set(value, feed instanceof Held ? (feed.value as Tensor) : upload(feed));
        }
        return execute(this.#plan, tensors, around).map((t) => tf.keep(t.clone()));
      }),
    );
  }

  /** Runs the step again, each op by itself, to find the one that the device refuses. */
  async #explain({ message, memory }: GpuError, feeds: Feeds, gpu: GpuBackend): Promise<OutriggerError> {
    const tried: { node: Node; error: Promise<GpuError | undefined> }[] = [];
    const results = this.#compute(feeds, (node, run) => {
      tried.push({ node, error: noting(gpu, run).error });
    });
    for (const tensor of results) tensor.dispose();
    let guilty: Node | undefined;
    for (const { node, error } of tried) {
      if (await error) guilty ??= node;
    }
    const where = `tfjs on ${this.#backend}`;
    if (memory) return outOfMemory(guilty, where, new Error(message));
    return explainFailure(new Error(message), this.#graph, where, guilty);
  }
}

const hold = (tensor: Tensor): Held =>
  new Held({ shape: tensor.shape, dtype: tensor.dtype as DType }, tensor, () => tensor.dispose());

function upload({ data, shape, dtype }: NDArray): Tensor {
  const tensor = tf.tensor(data, [...shape], dtype);
  rememberOnHost(tensor, data);
  return tensor;
}

/** A backend of tfjs that has been started: graphs are interpreted node by node. */
export function openTfjs(backend: string): Engine {
  return {
    load: async (graph, held) => new Interpreter(graph, held, backend),
    hold: ({ shape, dtype, data }) =>
      onBackend(backend, () => hold(tf.keep(tf.tensor(data.slice(), [...shape], dtype)))),
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
