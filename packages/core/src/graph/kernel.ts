import type { GradConfig, Tensor } from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import type { DType } from "./array.ts";
import type { Attributes, Node, Value } from "./graph.ts";
import { unsupportedKernels } from "./kernels/unsupported.ts";
import type { OnnxBuilder } from "./onnx/builder.ts";

/** Shape and element type of an output. */
export type Output = readonly [shape: readonly number[], dtype: DType];

/** What the shape rules see of an input. */
export type Shaped = Pick<Value, "shape" | "dtype">;

/**
 * Everything that a graph knows of one kernel. Its parts stand side by side in `kernels/*.ts`, one file a family.
 */
export interface Kernel {
  readonly name: string;
  /** Shape rule; a list when the kernel has several outputs. */
  readonly infer: (
    inputs: Readonly<Record<string, Shaped>>,
    attributes: Attributes,
  ) => Output | readonly Output[];
  /** Appends ONNX nodes; gets the names of the inputs, returns the name of each output. */
  onnx(
    node: Node,
    inputs: Readonly<Record<string, string>>,
    builder: OnnxBuilder,
  ): string | readonly string[];
  /**
   * For kernels over images: ONNX wants [batch, channels, height, width] where tfjs has [batch, height, width, channels]. `onnx` gets
   * the inputs named here channels first; `output` says whether its (first) output is channels first too. Shapes of values stay tfjs's.
   */
  readonly channelsFirst?: { readonly inputs: readonly string[]; readonly output: boolean };
  /**
   * For kernels that work on images in any order of axes: the node's attributes for images that come channels first, or undefined when it
   * must have them in tfjs's order. An output of rank 4 then is channels first too.
   */
  attributesFirst?(node: Node): Attributes | undefined;
  /** Where tfjs has no gradient, or a wrong one. */
  readonly gradient?: Omit<GradConfig, "kernelName">;
  /** How a tfjs backend runs it when that backend has no such kernel, or a slow one. */
  tfjs?(inputs: Readonly<Record<string, Tensor>>, attributes: Attributes): Tensor | Tensor[];
  /** `tfjs` is used although the backend has the kernel. */
  readonly always?: boolean;
  /** Every output element depends on the input elements at its place only, after numpy's broadcasting. */
  readonly elementwise?: boolean;
}

/** A kernel that is recorded as the ops that it consists of. */
export type Composite = (inputs: Readonly<Record<string, Tensor>>, attributes: Attributes) => Tensor;

const kernels = new Map<string, Kernel>();
const composites = new Map<string, Composite>();

/** Makes a kernel known. Called by the files of `kernels/`. */
export function defineKernel(kernel: Kernel): void {
  kernels.set(kernel.name, kernel);
}

export function defineComposite(name: string, expand: Composite): void {
  composites.set(name, expand);
}

export const allComposites = (): IterableIterator<[string, Composite]> => composites.entries();

export const allKernels = (): IterableIterator<Kernel> => kernels.values();

/** @throws OutriggerError `unsupported` that names the kernel */
export function kernelOf(name: string): Kernel {
  const kernel = kernels.get(name);
  if (!kernel) throw unsupportedKernel(name, "an imported graph");
  return kernel;
}

export function unsupportedKernel(name: string, line: string, cause?: unknown): OutriggerError {
  const cure = "write the step with other ops, or add the kernel under packages/core/src/graph/kernels";
  const said = `a graph has no kernel "${name}", used at ${line}: ${unsupportedKernels[name] ?? cure}`;
  return new OutriggerError("unsupported", said, { kernel: name, line }, cause);
}
