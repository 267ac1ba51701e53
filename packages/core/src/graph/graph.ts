import type { Variable } from "@tensorflow/tfjs";
import type { ArrayData, DType, Tree } from "./array.ts";

/** Attributes of a node: tfjs's own (`axis`, `perm`, …) and those of our kernels. */
export type Attributes = Record<string, unknown>;

/** A symbolic tensor: output number `index` of a node. It serves as tfjs's `dataId` while tracing. */
export interface Value {
  readonly id: number;
  readonly node: Node;
  readonly index: number;
  readonly shape: number[];
  readonly dtype: DType;
  /** tfjs's reference count of the data, kept so that its bookkeeping of tensors stays right. */
  references: number;
}

/** One kernel call. Kernels with a list of inputs (`Concat`) have the keys "0", "1", …. */
export interface Node {
  readonly id: number;
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Value>>;
  readonly list: boolean;
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
  /** Made where the op was called; its stack is formatted only when a message needs it. */
  readonly origin: Error;
}

/** Data of a `Const` node: one number that fills the shape, or all values. */
export type ConstData = { readonly fill: number } | { readonly values: ArrayData };

export interface GraphInput {
  /** Path in the argument list, such as `0/trunk/kernel`. */
  readonly name: string;
  readonly value: Value;
}

/** A tf.Variable that the traced function read or assigned. */
export interface CapturedVariable {
  readonly variable: Variable;
  readonly value: Value;
  /** Its value after the step, when the function assigned one. */
  updated?: Value;
}

/** A random mask drawn anew on every run: 1/keep with probability `keep`, else 0. */
export interface RandomInput {
  readonly value: Value;
  readonly keep: number;
  /** Where the mask stands in a scan: its first axis counts the steps. Masks of one scan share this object. */
  readonly scan?: { readonly steps: number };
}

/** A recorded function: nodes in execution order, its inputs and its outputs. */
export interface Graph {
  nodes: Node[];
  readonly inputs: readonly GraphInput[];
  readonly variables: readonly CapturedVariable[];
  readonly masks: readonly RandomInput[];
  /** Tensors of the surroundings whose values were copied in: `Const` nodes that will not follow later changes. */
  readonly captured: readonly Value[];
  outputs: Tree<Value>;
}

/** A node and its outputs; `nextId` numbers the values. */
export function makeNode(
  parts: Omit<Node, "outputs">,
  outputs: readonly (readonly [shape: readonly number[], dtype: DType])[],
  nextId: () => number,
): Node {
  const made: Value[] = [];
  const node: Node = { ...parts, outputs: made };
  outputs.forEach(([shape, dtype], index) => {
    made.push({ id: nextId(), node, index, shape: [...shape], dtype, references: 1 });
  });
  return node;
}

export const inputValues = (node: Node): Value[] => Object.values(node.inputs);

/** Our own kernels. The names of tfjs's kernels are used as they are. */
export const own = {
  input: "Input",
  constant: "Const",
  handle: "Handle",
  stopGradient: "StopGradient",
  customGradient: "CustomGradient",
  gram: "Gram",
  combine: "Combine",
  segmentMean: "SegmentMean",
  segmentMax: "SegmentMax",
  scan: "Scan",
  normalize: "Normalize",
} as const;

export const constantData = (node: Node): ConstData | undefined =>
  node.kernel === own.constant ? (node.attributes.data as ConstData) : undefined;

/** The number that fills a constant, or undefined when there is no such number. */
export function fillOf(value: Value): number | undefined {
  const data = constantData(value.node);
  return data && "fill" in data ? data.fill : undefined;
}
