import ort from "onnxruntime-node";
import { OutriggerError } from "../error.ts";
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

const tensorOf = (dtype: DType, data: ArrayData, shape: readonly number[], double: boolean): ort.Tensor => {
  const type = dtype === "float32" && double ? "float64" : dtype;
  return new ort.Tensor(type as "float32", data as Float32Array, shape);
};

function tableFeed({ ids, segments }: SegmentTable, feeds: ReadonlyMap<Value, NDArray>): ort.Tensor {
  const { indices, width } = segmentTable(feeds.get(ids)!.data as Int32Array, segments);
  return new ort.Tensor("int32", indices, [segments, width]);
}

async function createSession(
  graph: Graph,
  model: OnnxModel,
  options: OnnxOptions,
): Promise<ort.InferenceSession> {
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
  const session = await createSession(graph, model, options);
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
    const given: Record<string, ort.Tensor> = {};
    for (const [value, name] of model.inputs) {
      const { dtype, data, shape } = feeds.get(value)!;
      given[name] = tensorOf(dtype, data, shape, double);
    }
    for (const table of model.tables) given[table.name] = tableFeed(table, feeds);
    const arrays = results.map((value, i) => into[i] ?? fresh(value));
    const fetched = Object.fromEntries(
      arrays.map(({ dtype, data, shape }, i) => [model.outputs[i]!, tensorOf(dtype, data, shape, double)]),
    );
    await session.run(given, fetched);
    return arrays;
  };
  return { run, dispose: () => session.release() };
}
