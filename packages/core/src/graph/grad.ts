import type { GradConfig, NamedAttrMap, Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { OutriggerError } from "../error.ts";
import { leaves, mapTree, sameShape, type Tree, unflatten } from "./array.ts";
import { inputValues, type Node, own, type Value } from "./graph.ts";
import { kernelOf } from "./kernel.ts";
import { differentiating, userLine } from "./origin.ts";
import { handle, isRecording, recording, valueOf } from "./recording.ts";
import { runEagerly } from "./run-tfjs.ts";
import { type Traceable, trace } from "./trace.ts";

function gradientOf(node: Node): Omit<GradConfig, "kernelName"> {
  const config = kernelOf(node.kernel).gradient ?? tf.getGradient(node.kernel);
  if (config) return config;
  const said = `kernel "${node.kernel}" (${userLine(node.origin)}) has no gradient`;
  throw new OutriggerError(
    "unsupported",
    `${said}: stop the gradient before it, or define one in its kernel file`,
    {
      kernel: node.kernel,
    },
  );
}

/** The gradients of one node's inputs, by input key; tfjs's gradient function runs on the recording backend. */
function differentiate(node: Node, dys: readonly (Tensor | undefined)[]): Record<string, () => Tensor> {
  const { gradFunc, inputsToSave, outputsToSave, saveAllInputs } = gradientOf(node);
  const inputs = saveAllInputs ? inputValues(node) : (inputsToSave ?? []).map((key) => node.inputs[key]!);
  const outputs = node.outputs.filter((_, i) => outputsToSave?.[i]);
  const saved = [...inputs, ...outputs].map(handle);
  const dy = node.outputs.map((output, i) => dys[i] ?? tf.zeros(output.shape));
  const attributes = node.attributes as NamedAttrMap;
  return gradFunc(dy.length === 1 ? dy[0]! : dy, saved, attributes) as Record<string, () => Tensor>;
}

/** Reverse mode from one scalar over the nodes that lie between it and the variables. */
function reverse(y: Value, nodes: readonly Node[], depends: ReadonlySet<Value>): Map<Value, Tensor> {
  const gradients = new Map<Value, Tensor>();
  if (!depends.has(y)) return gradients;
  gradients.set(y, tf.onesLike(handle(y)));
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const dys = node.outputs.map((output) => gradients.get(output));
    if (dys.every((dy) => dy === undefined)) continue;
    const makers = differentiating(node.origin, () => differentiate(node, dys));
    for (const [key, make] of Object.entries(makers)) {
      const input = node.inputs[key];
      if (!input || !depends.has(input)) continue;
      const gradient = differentiating(node.origin, make);
      if (!sameShape(gradient.shape, input.shape)) {
        const said = `the gradient of ${node.kernel} for "${key}" has shape [${gradient.shape.join(", ")}]`;
        throw new OutriggerError("shape", `${said}, its input [${input.shape.join(", ")}]`, {
          kernel: node.kernel,
        });
      }
      const before = gradients.get(input);
      gradients.set(input, before ? tf.add(before, gradient) : gradient);
    }
  }
  return gradients;
}

/**
 * Gradients of several scalars with respect to one tree of tensors, inside a trace. The scalars share their forward pass: only
 * the backward passes are recorded once per scalar. Since the gradients are recorded ops themselves, they can be differentiated
 * again, exactly.
 *
 * @param ys scalars of the running trace
 * @param xs float32 tensors of the running trace
 * @returns one tree like `xs` per scalar; zeros where a scalar does not depend on a tensor
 * @throws OutriggerError `trace` outside of a trace, `shape` when a y is no scalar, `unsupported` for a kernel without a gradient
 *
 * Int32 and bool values carry no gradient. Ties in max, maximum and segmentMax give every tie the whole gradient, as tfjs does.
 */
export function gradients(ys: readonly Scalar[], xs: Tree<Tensor>): Tree<Tensor>[] {
  const forward = recording().nodes.slice();
  const variables = leaves(xs).map(valueOf);
  const depends = new Set(variables);
  const between: Node[] = [];
  for (const node of forward) {
    if (node.kernel === own.stopGradient || !inputValues(node).some((input) => depends.has(input))) continue;
    const differentiable = node.outputs.filter(({ dtype }) => dtype === "float32");
    if (differentiable.length === 0) continue;
    between.push(node);
    for (const output of differentiable) depends.add(output);
  }
  return ys.map((y) => {
    if (y.rank !== 0) {
      const cure = "reduce it, with tf.sum or tf.mean";
      throw new OutriggerError(
        "shape",
        `only scalars have a gradient, this is of shape [${y.shape.join(", ")}]: ${cure}`,
      );
    }
    const found = reverse(valueOf(y), between, depends);
    return unflatten(
      xs,
      variables.map((x) => found.get(x) ?? tf.zeros(x.shape)),
    );
  });
}

/**
 * The gradient of a scalar function with respect to its first argument, a tree of tensors: `grad(f)(x, …) = ∂f(x, …)/∂x`.
 *
 * Works inside a trace and on ordinary tensors, and nests: `grad` of an expression in `grad(f)` is the exact second derivative
 * (tfjs's own nested `tf.grad` silently loses terms of ops that save their output, such as tanh, sigmoid, exp and softmax).
 *
 * @param f returns one scalar
 * @throws OutriggerError as {@link gradients}
 *
 * @example
 * const f = (x: Tensor) => tf.sum(tf.mul(x, tf.tanh(x)));
 * const second = grad((x: Tensor) => tf.sum(tf.mul(weights, grad(f)(x))));
 */
export function grad<A extends Tree<Tensor>, R extends readonly unknown[]>(
  f: (x: A, ...rest: R) => Scalar | Tensor,
): (x: A, ...rest: R) => A {
  const inTrace = (x: A, ...rest: R): A => gradients([f(x, ...rest) as Scalar], x)[0] as A;
  return (x, ...rest) => {
    if (isRecording()) return inTrace(x, ...rest);
    const args = [x, ...rest] as unknown as Tree<Tensor>[];
    const graph = trace(inTrace as unknown as Traceable)(
      ...(mapTree(args, ({ shape, dtype }) => ({ shape, dtype })) as never[]),
    );
    return runEagerly(graph, args) as A;
  };
}
