import type { Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { type ArrayData, leaves, mapTree, type NDArray, type Spec, type Tree } from "../graph/array.ts";
import type { Graph, Value } from "../graph/graph.ts";
import { own } from "../graph/graph.ts";
import { simplify } from "../graph/simplify.ts";
import { trace } from "../graph/trace.ts";
import type { Mode } from "../nn/layer.ts";
import { namedLeaves } from "../train/flat.ts";
import type { Params, ParamsTensors } from "../train/model.ts";

/** What can be exported: the half of a {@link Model} that computes outputs, over any batch. */
export interface Applicable {
  apply(params: ParamsTensors, batch: never, mode: Mode): Record<string, Tensor>;
}

export interface ExportOptions {
  /** Names of the outputs to export, in their order. Default: all, in alphabetical order. Heads of others are left out. */
  readonly outputs?: readonly string[];
}

/** A model in evaluation mode, as a simplified graph with the roles of its inputs. */
export interface EvaluationGraph {
  readonly graph: Graph;
  /** Graph inputs with known values: parameters by path, such as `trunk/0/kernel`, and captured variables by name. */
  readonly weights: ReadonlyMap<Value, { readonly name: string; readonly array: NDArray }>;
  /** Graph inputs that a caller feeds, by their path in the batch (`input` when the batch is one array). */
  readonly inputs: ReadonlyMap<Value, string>;
  readonly outputs: ReadonlyMap<string, Value>;
}

const duplicate = (names: readonly string[]): string | undefined =>
  names.find((name, i) => names.indexOf(name) !== i);

/**
 * Records `model.apply` for evaluation.
 *
 * @throws OutriggerError as `trace`; `bad-option` for an output that the model does not have, or a name that is used twice
 */
export async function evaluationGraph(
  model: Applicable,
  params: Params,
  batch: Tree<Spec>,
  options: ExportOptions = {},
): Promise<EvaluationGraph> {
  const apply = (p: ParamsTensors, b: never): Record<string, Tensor> => {
    const all = model.apply(p, b, { training: false });
    const wanted = options.outputs ?? Object.keys(all);
    const missing = wanted.find((name) => !(name in all));
    if (missing === undefined) return Object.fromEntries(wanted.map((name) => [name, all[name]!]));
    const said = `the model has no output "${missing}"; it has ${Object.keys(all).join(", ")}`;
    throw new OutriggerError("bad-option", said, { output: missing });
  };
  const specs = mapTree(params as Tree<NDArray>, ({ shape, dtype }) => ({ shape, dtype }));
  const graph = simplify(trace(apply as never)(specs as Tree<Spec>, batch));
  const used = new Set(graph.nodes.filter((n) => n.kernel === own.input).map((n) => n.outputs[0]!));
  const known = [...namedLeaves(params as Tree<NDArray>)];
  const weights = new Map<Value, { name: string; array: NDArray }>();
  const inputs = new Map<Value, string>();
  graph.inputs.forEach(({ name, value }, i) => {
    if (!used.has(value)) return;
    const weight = known[i];
    if (weight) weights.set(value, { name: weight[0], array: weight[1] });
    else inputs.set(value, name.replace(/^1\/?/, "") || "input");
  });
  for (const { variable, value } of graph.variables) {
    if (!used.has(value)) continue;
    const data = (await variable.data()).slice() as ArrayData;
    weights.set(value, { name: variable.name, array: { shape: value.shape, dtype: value.dtype, data } });
  }
  const found = graph.outputs as Record<string, Value>;
  const outputs = new Map((options.outputs ?? Object.keys(found)).map((name) => [name, found[name]!]));
  const names = [...[...weights.values()].map(({ name }) => name), ...inputs.values(), ...outputs.keys()];
  const twice = duplicate(names);
  if (twice !== undefined) {
    const said = `"${twice}" names two of the exported weights, inputs and outputs`;
    throw new OutriggerError("bad-option", `${said}: rename the task or the entry of the batch`, {
      name: twice,
    });
  }
  return { graph, weights, inputs, outputs };
}

/** Batch sizes that no dimension of a model is likely to have, and too large for constants of that length to be folded. */
const probes = [1009, 1013] as const;

/** The same model recorded at two batch sizes: what differs depends on the size of the batch. */
export interface TwoSizes {
  readonly sizes: readonly [number, number];
  readonly graphs: readonly [EvaluationGraph, EvaluationGraph];
}

/**
 * Records the model at two batch sizes.
 *
 * @throws OutriggerError `unsupported` when the arrays of the batch do not share their first dimension, or the model's ops hold for
 *   one batch size only
 */
export async function atTwoSizes(
  model: Applicable,
  params: Params,
  batch: Tree<Spec>,
  options: ExportOptions,
): Promise<TwoSizes> {
  const shapes = leaves(batch).map(({ shape }) => shape);
  const size = shapes[0]?.[0];
  if (size === undefined || shapes.some((shape) => shape[0] !== size)) {
    const said = "the arrays of the batch do not all have the batch size as their first dimension";
    throw new OutriggerError("unsupported", `${said}: ${fixedCure}`);
  }
  const at = (n: number): Promise<EvaluationGraph> => {
    const resized = mapTree(batch, ({ shape, dtype }) => ({ shape: [n, ...shape.slice(1)], dtype }));
    return evaluationGraph(model, params, resized as Tree<Spec>, options);
  };
  try {
    return { sizes: probes, graphs: [await at(probes[0]), await at(probes[1])] };
  } catch (error) {
    if (error instanceof OutriggerError) throw error;
    const said = `the model cannot be recorded at a batch size other than ${size} (${(error as Error).message})`;
    throw new OutriggerError("unsupported", `${said}: ${fixedCure}`, {}, error);
  }
}

/** What to do about a model that holds for one batch size only. */
export const fixedCure = 'give batchSize: "fixed" to export it for the batch size given';
