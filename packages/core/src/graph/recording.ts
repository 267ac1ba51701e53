import type { Tensor, TensorInfo, Variable } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { ArrayData, DType } from "./array.ts";
import {
  type Attributes,
  type ConstData,
  makeNode,
  type Node,
  own,
  type RandomInput,
  type Value,
} from "./graph.ts";
import type { Output } from "./kernel.ts";
import { newOrigin, userLine } from "./origin.ts";

let current: Recording | undefined;

export const isRecording = (): boolean => current !== undefined;

/** The running trace. @throws OutriggerError `trace` when there is none */
export function recording(): Recording {
  if (current) return current;
  const cure = "call it in a function that is given to trace, grad or compile";
  throw new OutriggerError("trace", `a graph op was used outside of a trace: ${cure}`);
}

/** Makes `mine` the running trace while `f` runs; traces may nest. */
export function withRecording<T>(mine: Recording, f: () => T): T {
  const outer = current;
  current = mine;
  try {
    return f();
  } finally {
    current = outer;
  }
}

/** A fresh tensor for a known symbolic value: ops dispose of their intermediates, values stay. */
export const handle = (value: Value): Tensor =>
  tf.engine().runKernel(own.handle, {}, { value: value as unknown as number }) as Tensor;

/** The symbolic value of a tensor inside the running trace. */
export const valueOf = (tensor: TensorInfo): Value => recording().read(tensor);

/** All equal values are kept as one number: gradients are full of zeros and ones of every shape. */
export function constData(values: ArrayData): ConstData {
  const first = values[0];
  if (first !== undefined && values.every((v) => v === first)) return { fill: first };
  return { values: values.slice() };
}

/** The nodes of one trace, and what it took from its surroundings. */
export class Recording {
  readonly nodes: Node[] = [];
  readonly variables: { variable: Variable; value: Value }[] = [];
  readonly masks: RandomInput[] = [];
  readonly captured: Value[] = [];
  /** Values of the surrounding trace that the body of a scan uses, and the inputs that stand for them here. */
  readonly lifted: { outer: Value; value: Value }[] = [];
  private readonly mine = new WeakSet<Value>();
  private readonly outer: Recording | undefined;
  private readonly foreign = new Map<object, Value>();
  private values = 0;

  /** @param outer the surrounding trace, for the body of a scan: what it reads from there becomes an input */
  constructor(outer?: Recording) {
    this.outer = outer;
  }

  has(value: Value): boolean {
    return this.mine.has(value);
  }

  append(
    kernel: string,
    inputs: Record<string, Value>,
    list: boolean,
    attributes: Attributes,
    outputs: readonly Output[],
  ): Node {
    const parts = { id: this.nodes.length, kernel, inputs, list, attributes, origin: newOrigin(kernel) };
    const node = makeNode(parts, outputs, () => this.values++);
    for (const value of node.outputs) this.mine.add(value);
    this.nodes.push(node);
    return node;
  }

  constant(values: ArrayData, shape: readonly number[], dtype: DType): Value {
    const data = constData(values);
    return this.append(own.constant, {}, false, { data }, [[shape, dtype]]).outputs[0]!;
  }

  /** The symbolic value of any tensor: one of this trace, a variable, or a captured tensor whose values are copied. */
  read(tensor: TensorInfo): Value {
    const id = tensor.dataId as object;
    if (isValue(id)) {
      if (this.mine.has(id)) return id;
      if (this.outer) return this.lift(this.outer.read(tensor));
      const cure = "a tensor must not outlive the traced function that made it; return it instead";
      const said = `a tensor of ${id.node.kernel} (${userLine(id.node.origin)}) belongs to another trace`;
      throw new OutriggerError("trace", `${said}: ${cure}`);
    }
    const known = this.foreign.get(id);
    if (known) return known;
    if (this.outer) return this.lift(this.outer.read(tensor));
    const value = tensor instanceof tf.Variable ? this.variable(tensor) : this.capture(tensor as Tensor);
    this.foreign.set(id, value);
    return value;
  }

  private lift(outer: Value): Value {
    const known = this.foreign.get(outer);
    if (known) return known;
    const value = this.append(own.input, {}, false, {}, [[outer.shape, outer.dtype]]).outputs[0]!;
    this.lifted.push({ outer, value });
    this.foreign.set(outer, value);
    return value;
  }

  private variable(variable: Variable): Value {
    const output: Output = [variable.shape, variable.dtype as DType];
    const value = this.append(own.input, {}, false, {}, [output]).outputs[0]!;
    this.variables.push({ variable, value });
    return value;
  }

  private capture(tensor: Tensor): Value {
    let values: ArrayData;
    try {
      values = tf.engine().readSync(tensor.dataId) as ArrayData;
    } catch (cause) {
      const cure = "pass the tensor as an argument, or copy it to the cpu backend before";
      const said = "a captured tensor lies on a device that cannot be read synchronously";
      throw new OutriggerError("trace", `${said}: ${cure}`, {}, cause);
    }
    const value = this.constant(values, tensor.shape, tensor.dtype as DType);
    this.captured.push(value);
    return value;
  }
}

const isValue = (id: object): id is Value => "node" in id && "references" in id;
