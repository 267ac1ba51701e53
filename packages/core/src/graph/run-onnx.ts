import type { InferenceSession, Tensor } from "onnxruntime-node";
import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import type { OnnxRuntime } from "../platform/platform.ts";
import { type ArrayData, emptyData, type NDArray, sizeOf } from "./array.ts";
import { type Engine, type Executable, type Feeds, Held, type Results } from "./executable.ts";
import { explainFailure } from "./failure.ts";
import type { Graph, Value } from "./graph.ts";
import type { SegmentTable } from "./onnx/builder.ts";
import { GpuMemory, HostMemory } from "./onnx/memory.ts";
import { type OnnxModel, outputValues, toOnnx } from "./onnx/translate.ts";
import { userLine } from "./origin.ts";
import { segmentTable } from "./segment-table.ts";

export interface OnnxOptions {
  /** ONNX Runtime's execution provider. Default `cpu`. */
  readonly provider?: "cpu" | "cuda" | "webgpu";
  /** Threads inside one operator. Default: ONNX Runtime's own, one a physical core. */
  readonly threads?: number;
  /** Whether waiting threads spin. Spinning is faster on an idle machine and slower on a shared one. Default true. */
  readonly spinning?: boolean;
  /** Every float is a double: for checks against numeric differences. Feeds and results are then Float64Arrays. */
  readonly double?: boolean;
}

/** Wraps an array of the host; its memory is used, not copied. */
type Wrap = (array: NDArray) => Tensor;

const wrapper =
  (ort: OnnxRuntime, double: boolean): Wrap =>
  ({ dtype, data, shape }) => {
    const type = dtype === "float32" && double ? "float64" : dtype;
    return new ort.Tensor(type as "float32", data as Float32Array, shape);
  };

function tableFeed({ ids, segments }: SegmentTable, feeds: Feeds): NDArray {
  const given = feeds.get(ids)!;
  if (given instanceof Held) {
    const cure = "pass the segment ids as an argument";
    throw new OutriggerError("unsupported", `segment ids cannot be part of a state: ${cure}`);
  }
  const { indices, width } = segmentTable(given.data as Int32Array, segments);
  return { dtype: "int32", data: indices, shape: [segments, width] };
}

/** WebGPU's max pool gives no indices, and says so only when it runs: such nodes go to the CPU. */
function providerOf(
  provider: "cpu" | "cuda" | "webgpu",
  { nodes }: OnnxModel,
): InferenceSession.ExecutionProviderConfig {
  if (provider !== "webgpu") return provider;
  const pools = nodes.filter(({ op_type, output }) => op_type === "MaxPool" && output.length > 1);
  return pools.length === 0 ? provider : { name: provider, forceCpuNodeNames: pools.map(({ name }) => name) };
}

async function createSession(
  ort: OnnxRuntime,
  graph: Graph,
  model: OnnxModel,
  held: readonly string[],
  options: OnnxOptions,
): Promise<InferenceSession> {
  const { provider = "cpu", threads, spinning } = options;
  const location = (name: string): "gpu-buffer" | "cpu" => (held.includes(name) ? "gpu-buffer" : "cpu");
  try {
    return await ort.InferenceSession.create(model.bytes, {
      executionProviders: [providerOf(provider, model)],
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      // A planned block comes on top of the memory of the first run, and is no faster: it made steps hold a third more.
      enableMemPattern: false,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(held.length === 0
        ? {}
        : {
            preferredOutputLocation: Object.fromEntries(model.outputs.map((name) => [name, location(name)])),
          }),
      // Sessions that take turns (a step's Gram call and its update) must not leave their threads spinning
      // against each other: without the stop, an MLP's step for eight tasks took twice as long on two cores.
      extra: {
        session: { intra_op: { allow_spinning: spinning === false ? "0" : "1" }, force_spinning_stop: "1" },
      },
    });
  } catch (cause) {
    const kernels = [...new Set(graph.nodes.map((node) => node.kernel))].join(", ");
    const line = graph.nodes.at(-1) ? userLine(graph.nodes.at(-1)!.origin) : "an empty graph";
    const said = `ONNX Runtime refuses the graph traced at ${line}: ${(cause as Error).message}`;
    throw new OutriggerError("unsupported", `${said} (kernels: ${kernels})`, {}, cause);
  }
}

/** Runs of a session whose results come to the host; held results, if any, are arrays there. */
function hostExecutable(
  graph: Graph,
  model: OnnxModel,
  session: InferenceSession,
  memory: HostMemory,
  held: number,
  wrap: Wrap,
  fresh: (value: Value) => NDArray,
): Executable["run"] {
  const results = outputValues(graph);
  return async (feeds, into = []) => {
    const given = inputsOf(model, feeds, wrap, (value) => wrap(value as NDArray));
    const kept = results.slice(0, held).map((value) => memory.take(value));
    const arrays = results.slice(held).map((value, i) => into[i] ?? fresh(value));
    const all = [...kept.map(({ value }) => value as NDArray), ...arrays];
    try {
      if (platform.writesIntoOutputs) {
        await session.run(given, Object.fromEntries(all.map((array, i) => [model.outputs[i]!, wrap(array)])));
      } else {
        const made = await session.run(given);
        for (const [i, { data }] of all.entries()) copyOut(made[model.outputs[i]!]!, data);
      }
    } catch (error) {
      for (const value of kept) value.free();
      throw error;
    }
    return { held: kept, arrays };
  };
}

/** Runs of a session on a GPU, whose held results stay there. */
function gpuExecutable(
  graph: Graph,
  model: OnnxModel,
  session: InferenceSession,
  memory: GpuMemory,
  held: number,
  wrap: Wrap,
  fresh: (value: Value) => NDArray,
): Executable["run"] {
  const results = outputValues(graph);
  return async (feeds, into = []): Promise<Results> => {
    const made = await session.run(inputsOf(model, feeds, wrap, (value) => value as Tensor));
    const tensors = model.outputs.map((name) => made[name]!);
    const arrays = results.slice(held).map((value, i) => into[i] ?? fresh(value));
    for (const [i, { data }] of arrays.entries()) copyOut(tensors[held + i]!, data);
    return { held: results.slice(0, held).map((value, i) => memory.keep(value, tensors[i]!)), arrays };
  };
}

function copyOut(from: Tensor, to: ArrayData): void {
  to.set(from.data as ArrayData);
  from.dispose();
}

function inputsOf(
  model: OnnxModel,
  feeds: Feeds,
  wrap: Wrap,
  heldTensor: (value: unknown) => Tensor,
): Record<string, Tensor> {
  const given: Record<string, Tensor> = {};
  for (const [value, name] of model.inputs) {
    const feed = feeds.get(value)!;
    given[name] = feed instanceof Held ? heldTensor(feed.value) : wrap(feed);
  }
  for (const table of model.tables) given[table.name] = wrap(tableFeed(table, feeds));
  return given;
}

/** ONNX Runtime with one provider: a graph becomes a session, a run is one native call. */
export async function openOnnx(options: OnnxOptions = {}): Promise<Engine> {
  const { provider = "cpu", double = false } = options;
  const ort = await platform.loadOnnxRuntime(provider === "webgpu");
  const wrap = wrapper(ort, double);
  const fresh = ({ shape, dtype }: Value): NDArray => {
    const size = sizeOf(shape);
    const data = dtype === "float32" && double ? new Float64Array(size) : emptyData(dtype, size);
    return { shape, dtype, data: data as ArrayData };
  };
  const shaders = provider === "webgpu";
  const runtime = { doubles: !shaders || platform.webGpuBuildHasDoubles, shaders };
  const memory = shaders ? new GpuMemory(ort, provider) : new HostMemory();
  return {
    async load(graph, held) {
      const model = toOnnx(graph, double, runtime);
      const gpu = memory instanceof GpuMemory;
      const session = await createSession(
        ort,
        graph,
        model,
        gpu ? model.outputs.slice(0, held) : [],
        options,
      );
      const run = gpu
        ? gpuExecutable(graph, model, session, memory, held, wrap, fresh)
        : hostExecutable(graph, model, session, memory, held, wrap, fresh);
      return {
        run: (feeds, into) =>
          run(feeds, into).catch((error: unknown) => {
            throw explainFailure(error, graph, `ONNX Runtime on ${provider}`);
          }),
        dispose: () => session.release(),
      };
    },
    hold: (array) => memory.hold(array),
    read: (held) => memory.read(held),
    dispose: () => memory.dispose(),
  };
}

/** A graph on ONNX Runtime by itself, all results on the host. */
export async function createOnnxExecutable(
  graph: Graph,
  options: OnnxOptions = {},
): Promise<{
  run(feeds: Feeds, into?: readonly (NDArray | undefined)[]): Promise<NDArray[]>;
  dispose(): Promise<void>;
}> {
  const executable = await (await openOnnx(options)).load(graph, 0);
  return {
    run: async (feeds, into) => (await executable.run(feeds, into)).arrays,
    dispose: () => executable.dispose(),
  };
}
