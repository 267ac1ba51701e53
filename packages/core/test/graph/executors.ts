import type { Executable } from "../../src/graph/executable.ts";
import type { Graph, Value } from "../../src/graph/graph.ts";
import type { NDArray } from "../../src/graph/index.ts";
import { createOnnxExecutable } from "../../src/graph/run-onnx.ts";
import { createTfjsExecutable } from "../../src/graph/run-tfjs.ts";
import { readyBackend } from "../../src/graph/tfjs-backend.ts";

/** One way to run a graph, by the name that `docs/kernels.md` gives it. */
export interface Executor {
  readonly name: string;
  open(graph: Graph): Promise<Executable>;
}

/** tfjs's own kernels in JavaScript: the reference. */
export const tfjsCpu: Executor = {
  name: "tfjs cpu",
  open: async (graph) => createTfjsExecutable(graph, await readyBackend("cpu")),
};

export const onnxCpu: Executor = {
  name: "onnx cpu",
  open: (graph) => createOnnxExecutable(graph, { threads: 2 }),
};

/** Those that every machine has. */
export const processorExecutors: readonly Executor[] = [
  onnxCpu,
  tfjsCpu,
  { name: "tfjs wasm", open: async (graph) => createTfjsExecutable(graph, await readyBackend("wasm")) },
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
    return await executable.run(feeds);
  } finally {
    await executable.dispose();
  }
}
