import { OutriggerError } from "../error.ts";
import type { NDArray, Spec, Tree } from "../graph/array.ts";
import { decodeFile, elementType, encodeFile, type OnnxFile, type OnnxTensor } from "../graph/onnx/proto.ts";
import { toOnnx } from "../graph/onnx/translate.ts";
import type { Params } from "../train/model.ts";
import {
  type Applicable,
  atTwoSizes,
  type EvaluationGraph,
  type ExportOptions,
  evaluationGraph,
} from "./evaluation-graph.ts";
import { expanded, unrolled } from "./expand-graph.ts";
import { mergeSizes } from "./onnx-batch-size.ts";
import { portable } from "./portable-graph.ts";

export interface OnnxFileOptions extends ExportOptions {
  /**
   * `any`: the file takes batches of every size; the first dimension of every array of the batch is the batch. `fixed`: shapes are
   * those of the batch given. Default `any`.
   */
  readonly batchSize?: "any" | "fixed";
}

type Graph = NonNullable<OnnxFile["graph"]>;

const bytesOf = ({ data }: NDArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();

/** The ONNX model, with the weights as inputs still, and names for people. */
function named(source: EvaluationGraph): OnnxFile & { graph: Graph } {
  const { graph, weights, inputs, outputs } = source;
  const model = toOnnx(portable(graph));
  const given = new Map<string, string>();
  for (const [value, name] of model.inputs) given.set(name, weights.get(value)?.name ?? inputs.get(value)!);
  // Leaves of a tree are visited in sorted order.
  [...outputs.keys()].sort().forEach((name, i) => {
    given.set(model.outputs[i]!, name);
  });
  const taken = new Set(given.values());
  const rename = (name: string): string => {
    const chosen = given.get(name);
    if (chosen !== undefined || name === "" || !taken.has(name)) return chosen ?? name;
    return `${name}_`;
  };
  const file = decodeFile(model.bytes);
  const found = file.graph!;
  const renamed = <T extends { readonly name?: string }>(list: readonly T[]): T[] =>
    list.map((entry) => ({ ...entry, name: rename(entry.name!) }));
  const order = [...outputs.keys()];
  const readable = {
    ...found,
    node: found.node.map((node) => ({
      ...node,
      input: node.input.map(rename),
      output: node.output.map(rename),
    })),
    initializer: renamed(found.initializer),
    input: renamed(found.input),
    output: renamed(found.output).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
  };
  const used = new Set(found.node.map(({ domain = "" }) => domain));
  const opset_import = file.opset_import.filter(({ domain = "" }) => domain === "" || used.has(domain));
  return { ...file, opset_import, graph: readable };
}

function withWeights(graph: Graph, { weights }: EvaluationGraph): Graph {
  const stored = [...weights.values()].map(
    ({ name, array }): OnnxTensor => ({
      name,
      dims: array.shape,
      data_type: elementType[array.dtype],
      raw_data: bytesOf(array),
    }),
  );
  const names = new Set(stored.map(({ name }) => name));
  return {
    ...graph,
    initializer: [...stored, ...graph.initializer],
    input: graph.input.filter(({ name }) => !names.has(name)),
  };
}

/**
 * A trained network as an ONNX file (opset 21) that computes its outputs in evaluation mode.
 *
 * Inputs bear the names of the batch's entries (`inputs`, say; `input` when the batch is one array), outputs those of the tasks,
 * and weights are initialisers under their paths, such as `trunk/0/kernel`; {@link readOnnxWeights} gives them back. Batch-norm
 * statistics are stored as they are now. Recurrent layers are unrolled. A network of standard ops is a standard file; products of transposed matrices are
 * written out, and the few ops of the domain `com.microsoft` that may remain need ONNX Runtime.
 *
 * @param model its `apply` is recorded; nothing is computed
 * @param params what `fit` returned
 * @param batch shape and type of every array that `apply` reads; labels may be left out
 * @throws OutriggerError `unsupported` when something else than shapes depends on the batch size (then give `batchSize: "fixed"`),
 *   `bad-option` for an unknown output or a name used twice, and as `trace`
 *
 * Cost: two recordings of the model (one when fixed) and a copy of the weights.
 *
 * @example
 * const bytes = await toOnnxFile(model, fitted.params, { inputs: { shape: [32, 8] } });
 * writeFileSync("model.onnx", bytes);
 */
export async function toOnnxFile(
  model: Applicable,
  params: Params,
  batch: Tree<Spec>,
  { batchSize = "any", ...options }: OnnxFileOptions = {},
): Promise<Uint8Array> {
  if (batchSize !== "any" && batchSize !== "fixed") {
    throw new OutriggerError(
      "bad-option",
      `batchSize is ${JSON.stringify(batchSize)}: give "any" or "fixed"`,
    );
  }
  if (batchSize === "fixed") {
    const source = expanded(await evaluationGraph(model, params, batch, options), unrolled);
    const file = named(source);
    return encodeFile({ ...file, graph: withWeights(file.graph, source) });
  }
  const { graphs, sizes } = await atTwoSizes(model, params, batch, options);
  const [one, two] = [expanded(graphs[0], unrolled), expanded(graphs[1], unrolled)];
  const [file, other] = [named(one), named(two)];
  const [source] = one.inputs.values();
  const merged = source === undefined ? file.graph : mergeSizes([file.graph, other.graph], sizes, source);
  return encodeFile({ ...file, graph: withWeights(merged, one) });
}
