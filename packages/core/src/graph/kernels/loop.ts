import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { leaves } from "../array.ts";
import { type Attributes, type Graph, own, type Value } from "../graph.ts";
import { interpret } from "../interpret.ts";
import { defineKernel, type Output } from "../kernel.ts";
import type { OnnxBuilder } from "../onnx/builder.ts";
import { Layouts } from "../onnx/layout.ts";
import { type OnnxGraph, valueInfo } from "../onnx/proto.ts";
import { outputNames, translateNodes } from "../onnx/translate.ts";

let bodies = 0;

/** The step of a scan: its inputs are the states, one slice of every scanned array, and what it takes from outside. */
export class ScanBody {
  readonly graph: Graph;
  readonly states: number;
  readonly scanned: number;
  readonly steps: number;
  private readonly number = bodies++;

  constructor(graph: Graph, states: number, scanned: number, steps: number) {
    this.graph = graph;
    this.states = states;
    this.scanned = scanned;
    this.steps = steps;
  }

  get inputs(): Value[] {
    return this.graph.inputs.map(({ value }) => value);
  }

  get outputs(): Value[] {
    return leaves(this.graph.outputs);
  }

  /** Nodes are told apart by their attributes as text. */
  toJSON(): string {
    return `body ${this.number}`;
  }
}

const bodyOf = (attributes: Attributes): ScanBody => attributes.body as ScanBody;

/** The body as a graph of its own: states and slices come in by name, what it takes from outside has its outer name. */
function bodyGraph(body: ScanBody, names: readonly string[], b: OnnxBuilder): OnnxGraph {
  const inner = b.nested();
  const layouts = new Layouts(inner);
  const own = body.states + body.scanned;
  const input = body.inputs.map((value, i) => {
    const name = i < own ? inner.fresh("in") : names[i]!;
    layouts.set(value, name);
    return valueInfo(name, inner.type(value.dtype), value.shape);
  });
  translateNodes(body.graph.nodes, layouts, inner);
  const outputs = outputNames(body.outputs, layouts, inner);
  return {
    name: "step",
    node: inner.nodes,
    initializer: inner.initializers,
    input: input.slice(0, own),
    output: body.outputs.map(({ dtype, shape }, i) => valueInfo(outputs[i]!, inner.type(dtype), shape)),
  };
}

/** A step repeated: states go from one to the next, scanned arrays are cut along their first axis, results are stacked along a new one. */
defineKernel({
  name: own.scan,
  infer: (_inputs, attributes) => {
    const body = bodyOf(attributes);
    return body.outputs.map(
      ({ shape, dtype }, i): Output => [i < body.states ? shape : [body.steps, ...shape], dtype],
    );
  },
  onnx({ attributes, outputs }, names, b) {
    const body = bodyOf(attributes);
    const given = Object.values(names);
    const graph = bodyGraph(body, given, b);
    const inputs = given.slice(0, body.states + body.scanned);
    return b.addMany("Scan", inputs, outputs.length, { body: { graph }, num_scan_inputs: body.scanned });
  },
  tfjs(inputs, attributes) {
    const body = bodyOf(attributes);
    const given = Object.values(inputs);
    const outside = given.slice(body.states + body.scanned);
    let states = given.slice(0, body.states);
    const stacked: Tensor[][] = body.outputs.slice(body.states).map(() => []);
    for (let step = 0; step < body.steps; step++) {
      const slices = given
        .slice(body.states, body.states + body.scanned)
        .map((x) => tf.reshape(tf.slice(x, [step], [1]), x.shape.slice(1)));
      const feeds = new Map(body.inputs.map((value, i) => [value, [...states, ...slices, ...outside][i]!]));
      const made = interpret(body.graph, feeds, body.outputs);
      states = made.slice(0, body.states);
      stacked.forEach((list, i) => list.push(made[body.states + i]!));
    }
    return [...states, ...stacked.map((list) => tf.stack(list))];
  },
});
