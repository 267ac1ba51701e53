import type { Scalar, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import type { Ops, Optimizer } from "./optimizer.ts";

const ops: Ops<Tensor> = {
  constant: (value) => tf.scalar(value),
  add: (a, b) => tf.add(a, b),
  subtract: (a, b) => tf.sub(a, b),
  multiply: (a, b) => tf.mul(a, b),
  divide: (a, b) => tf.div(a, b),
  squareRoot: (a) => tf.sqrt(a),
};

/**
 * An optimiser's step as tfjs operations in float32, for use inside a graph: new parameter and slots of one array. Nothing is
 * changed in place.
 *
 * `scalar` holds `optimizer.scalars(t)` as scalar tensors: inputs of the graph, because they differ from step to step.
 */
export function tensorUpdate(
  optimizer: Optimizer,
  x: { param: Tensor; gradient: Tensor; slot: Record<string, Tensor>; scalar: Record<string, Scalar> },
): { param: Tensor; slot: Record<string, Tensor> } {
  return optimizer.formula(ops, x);
}
