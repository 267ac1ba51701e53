import type { InferenceSession, Tensor } from "onnxruntime-node";
import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import type { OnnxRuntime } from "../platform/platform.ts";
import { type ArrayData, type DType, emptyData, type NDArray, sizeOf } from "./array.ts";
import type { Executable } from "./executable.ts";
import type { Graph, Value } from "./graph.ts";
import type { SegmentTable } from "./onnx/builder.ts";
import { type OnnxModel, outputValues, toOnnx } from "./onnx/translate.ts";
import { userLine } from "./origin.ts";
import { segmentTable } from "./segment-table.ts";

export interface OnnxOptions {
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

function tableFeed({ ids, segments }: SegmentTable, feeds: ReadonlyMap<Value, NDArray>): NDArray {
  const { indices, width } = segmentTable(feeds.get(ids)!.data as Int32Array, segments);
  return { dtype: "int32", data: indices, shape: [segments, width] };
}

async function createSession(
  ort: OnnxRuntime,
  graph: Graph,
  model: OnnxModel,
  options: OnnxOptions,
): Promise<InferenceSession> {
  try {
    return await ort.InferenceSession.create(model.bytes, {
      graphOptimizationLevel: "all",
      executionMode: "sequential",
      interOpNumThreads: 1,
      logSeverityLevel: 3,
      ...(options.threads === undefined ? {} : { intraOpNumThreads: options.threads }),
      extra: { session: { intra_op: { allow_spinning: options.spinning === false ? "0" : "1" } } },
    });
  } catch (cause) {
    const kernels = [...new Set(graph.nodes.map((node) => node.kernel))].join(", ");
    const line = graph.nodes.at(-1) ? userLine(graph.nodes.at(-1)!.origin) : "an empty graph";
    const said = `ONNX Runtime refuses the graph traced at ${line}: ${(cause as Error).message}`;
    throw new OutriggerError("unsupported", `${said} (kernels: ${kernels})`, {}, cause);
  }
}

/** Compiles a graph for ONNX Runtime on the CPU; one native call a run. */
export async function createOnnxExecutable(graph: Graph, options: OnnxOptions = {}): Promise<Executable> {
  const double = options.double ?? false;
  const model = toOnnx(graph, double);
  const ort = await platform.loadOnnxRuntime();
  const wrap = wrapper(ort, double);
  const session = await createSession(ort, graph, model, options);
  const results = outputValues(graph);
  const fresh = ({ shape, dtype }: Value): NDArray => {
    const size = sizeOf(shape);
    const data = dtype === "float32" && double ? new Float64Array(size) : emptyData(dtype, size);
    return { shape, dtype, data: data as ArrayData };
  };
  const run = async (
    feeds: ReadonlyMap<Value, NDArray>,
    into: readonly (NDArray | undefined)[] = [],
  ): Promise<NDArray[]> => {
    const given: Record<string, Tensor> = {};
    for (const [value, name] of model.inputs) given[name] = wrap(feeds.get(value)!);
    for (const table of model.tables) given[table.name] = wrap(tableFeed(table, feeds));
    const arrays = results.map((value, i) => into[i] ?? fresh(value));
    if (platform.writesIntoOutputs) {
      await session.run(
        given,
        Object.fromEntries(arrays.map((array, i) => [model.outputs[i]!, wrap(array)])),
      );
    } else {
      const made = await session.run(given);
      arrays.forEach(({ data }, i) => {
        const result = made[model.outputs[i]!]!;
        data.set(result.data as ArrayData);
        result.dispose();
      });
    }
    return arrays;
  };
  return { run, dispose: () => session.release() };
}
