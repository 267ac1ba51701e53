import { type EngineOptions, openEngine } from "../../src/graph/engine.ts";
import type { Executable } from "../../src/graph/executable.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import type { NDArray } from "../../src/graph/index.ts";

/** One way to run a graph, by the name that `docs/kernels.md` gives it. */
export interface Executor {
  readonly name: string;
  open(graph: Graph): Promise<Executable>;
}

const open =
  (options: EngineOptions): Executor["open"] =>
  async (graph) =>
    (await openEngine(options)).engine.load(graph, 0);

/** tfjs's own kernels in JavaScript: the reference. */
export const tfjsCpu: Executor = {
  name: "tfjs cpu",
  open: open({ runtime: "tfjs", device: "cpu" }),
};

export const onnxCpu: Executor = {
  name: "onnx cpu",
  open: open({ runtime: "onnx", device: "cpu", threads: 2 }),
};

/** Those that every machine has. */
export const processorExecutors: readonly Executor[] = [
  onnxCpu,
  tfjsCpu,
  { name: "tfjs wasm", open: open({ runtime: "tfjs", device: "wasm" }) },
];

/** Runs a graph once: `args` are the leaves of its arguments. */
export async function runOn(
  executor: Executor,
  graph: Graph,
  args: readonly NDArray[],
): Promise<readonly NDArray[]> {
  const executable = await executor.open(graph);
  try {
    const feeds = new Map<Value, NDArray>(graph.inputs.map(({ value }, i) => [value, args[i]!]));
    return (await executable.run(feeds)).arrays;
  } finally {
    await executable.dispose();
  }
}
