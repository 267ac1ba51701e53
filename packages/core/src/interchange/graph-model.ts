import type { io } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { emptyData, type Spec, sizeOf, type Tree } from "../graph/array.ts";
import { type ConstData, constantData, type Node, own, type Value } from "../graph/graph.ts";
import type { Params } from "../train/model.ts";
import {
  type Applicable,
  atTwoSizes,
  type EvaluationGraph,
  type ExportOptions,
  evaluationGraph,
  fixedCure,
} from "./evaluation-graph.ts";
import { attr, type Dimension, GraphDef, type StoredWeight, tensorShape } from "./graph-def.ts";
import { lowered } from "./tf-lowering.ts";
import { translationOf } from "./tf-ops.ts";

export interface GraphModelOptions extends ExportOptions {
  /** As for ONNX files: `any` batch size, or the one given. Default `any`. */
  readonly batchSize?: "any" | "fixed";
}

/** The same graph recorded at another batch size, node by node. */
interface Twin {
  readonly graph: EvaluationGraph;
  readonly sizes: readonly [number, number];
}

const refuse = (what: string): OutriggerError =>
  new OutriggerError("unsupported", `${what} depends on the batch size: ${fixedCure}`);

/** A shape, with the dimensions that grow with the batch. */
function dimensions(value: Value, other: Value | undefined, sizes: readonly [number, number]): Dimension[] {
  return value.shape.map((d, i) => {
    if (!other || d === other.shape[i]) return d;
    const times = d / sizes[0];
    if (Number.isInteger(times) && other.shape[i] === times * sizes[1]) return { times };
    throw refuse(`a shape of ${value.node.kernel}`);
  });
}

/** Attributes that follow from the output's shape, which translations read instead. */
const fromShape: ReadonlySet<string> = new Set(["shape", "size", "reps", "inputShape"]);

const fixedAttributes = ({ attributes }: Node): string =>
  JSON.stringify(Object.entries(attributes).filter(([key]) => !fromShape.has(key) && key !== "data"));

function twinOf(node: Node, index: number, twin: Twin | undefined): Node | undefined {
  const other = twin?.graph.graph.nodes[index];
  if (other && (other.kernel !== node.kernel || fixedAttributes(other) !== fixedAttributes(node))) {
    throw refuse(`the op ${node.kernel}`);
  }
  return other;
}

function equalData(a: ConstData, b: ConstData): boolean {
  if ("fill" in a || "fill" in b) return "fill" in a && "fill" in b && a.fill === b.fill;
  return a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);
}

function storeConstant(
  node: Node,
  twin: Node | undefined,
  dims: readonly Dimension[],
  graph: GraphDef,
): string {
  const [{ shape, dtype }] = node.outputs as [Value];
  const data = constantData(node)!;
  if (twin && !equalData(data, constantData(twin)!)) throw refuse("a constant");
  if ("values" in data) return graph.store(data.values, shape, dtype);
  if (shape.length === 0) return graph.scalar(data.fill, dtype);
  const grows = dims.some((d) => typeof d !== "number");
  if (!grows && sizeOf(shape) <= 64)
    return graph.store(emptyData(dtype, sizeOf(shape)).fill(data.fill), shape, dtype);
  return graph.op("BroadcastTo", [graph.scalar(data.fill, dtype), graph.ints(dims)]);
}

interface Written {
  readonly graph: GraphDef;
  readonly signature: io.ModelArtifacts["signature"];
}

function write(source: EvaluationGraph, twin?: Twin): Written {
  const { graph, weights, inputs, outputs } = source;
  const reserved = [...[...weights.values()].map(({ name }) => name), ...inputs.values(), ...outputs.keys()];
  const bad = reserved.find((name) => /[:^]/.test(name));
  if (bad !== undefined) {
    throw new OutriggerError(
      "bad-option",
      `"${bad}" cannot name a part of a graph model: leave out ":" and "^"`,
    );
  }
  const [batchSource] = inputs.values();
  const def = new GraphDef(new Set(reserved), batchSource);
  const names = new Map<Value, string>();
  const info = (name: string, { dtype }: Value, dims: readonly Dimension[]): object => ({
    name: `${name}:0`,
    dtype: attr.type(dtype).type,
    tensorShape: tensorShape(dims),
  });
  const shapes = new Map<Value, readonly Dimension[]>();
  const signature = { inputs: {} as Record<string, object>, outputs: {} as Record<string, object> };
  graph.nodes.forEach((node, index) => {
    const other = twinOf(node, index, twin);
    for (const [i, value] of node.outputs.entries()) {
      shapes.set(value, dimensions(value, other?.outputs[i], twin?.sizes ?? [1, 1]));
    }
    const [value] = node.outputs as [Value];
    const shape = shapes.get(value)!;
    if (node.kernel === own.input) {
      const weight = weights.get(value);
      const name = weight?.name ?? inputs.get(value)!;
      if (weight) def.store(weight.array.data, value.shape, value.dtype, name);
      else {
        def.op("Placeholder", [], { dtype: attr.type(value.dtype), shape: attr.shape(shape) }, name);
        signature.inputs[name] = info(name, value, shape);
      }
      names.set(value, name);
      return;
    }
    const given = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, names.get(v)!]));
    const from = Object.fromEntries(Object.entries(node.inputs).map(([key, v]) => [key, shapes.get(v)!]));
    const call = { node, attributes: node.attributes, inputs: given, shapes: from, shape, graph: def };
    const made =
      node.kernel === own.constant ? storeConstant(node, other, shape, def) : translationOf(node)(call);
    node.outputs.forEach((output, i) => {
      names.set(output, i === 0 ? made : `${made}:${i}`);
    });
  });
  for (const [name, value] of outputs) {
    def.op("Identity", [names.get(value)!], { T: attr.type(value.dtype) }, name);
    signature.outputs[name] = info(name, value, shapes.get(value)!);
  }
  return { graph: def, signature: signature as io.ModelArtifacts["signature"] };
}

function concatenate(weights: readonly StoredWeight[]): ArrayBuffer {
  const all = new Uint8Array(weights.reduce((n, { data }) => n + data.byteLength, 0));
  let at = 0;
  for (const { data } of weights) {
    all.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return all.buffer;
}

/**
 * A trained network as a tf.js graph model, which `tf.loadGraphModel` reads: in a page, in Node, on every tfjs backend, without
 * this package.
 *
 * It computes the model's outputs in evaluation mode. Inputs bear the names of the batch's entries (`input` when the batch is one
 * array), outputs those of the tasks; `predict` returns them in that order.
 *
 * @param model its `apply` is recorded; nothing is computed
 * @param params what `fit` returned
 * @param batch shape and type of every array that `apply` reads; labels may be left out
 * @returns what any `tf.io.IOHandler` saves: {@link modelFolder} on disk, `tf.io.browserDownloads()` in a page
 * @throws OutriggerError `unsupported` for a kernel without a TensorFlow op (the message names it and the line that used it) and
 *   for models that hold for one batch size only, `bad-option` for unknown or repeated names, and as `trace`
 *
 * Cost: two recordings of the model (one when fixed) and a copy of the weights.
 *
 * @example
 * await modelFolder("web-model").save(await toGraphModel(model, fitted.params, { inputs: { shape: [32, 8] } }));
 * const loaded = await tf.loadGraphModel(modelFolder("web-model"));
 */
export async function toGraphModel(
  model: Applicable,
  params: Params,
  batch: Tree<Spec>,
  { batchSize = "any", ...options }: GraphModelOptions = {},
): Promise<io.ModelArtifacts> {
  let written: Written;
  if (batchSize === "fixed") written = write(lowered(await evaluationGraph(model, params, batch, options)));
  else {
    const { graphs, sizes } = await atTwoSizes(model, params, batch, options);
    const [source, other] = [lowered(graphs[0]), lowered(graphs[1])];
    if (source.graph.nodes.length !== other.graph.nodes.length) throw refuse("the number of ops");
    written = write(source, { graph: other, sizes });
  }
  const { nodes, weights } = written.graph;
  return {
    format: "graph-model",
    generatedBy: "outrigger",
    convertedBy: null,
    signature: written.signature,
    modelTopology: { node: nodes, versions: { producer: 1 } },
    weightSpecs: weights.map(({ name, shape, dtype }) => ({ name, shape: [...shape], dtype })),
    weightData: concatenate(weights),
  };
}
