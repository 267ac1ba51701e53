import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { own, type Value } from "./graph.ts";
import { isRecording, recording } from "./recording.ts";

/** What tf.customGrad hands to the engine: no kernel, but a function and its gradient. */
interface CustomCall {
  readonly forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor;
  readonly backwardsFunc: (dy: Tensor, saved: Tensor[]) => Record<string, () => Tensor>;
  readonly inputs: NamedTensorMap;
}

export interface CustomGradient {
  readonly gradient: CustomCall["backwardsFunc"];
  readonly saved: readonly Value[];
}

/** Results of kernels that were recorded as the ops that they consist of. */
export const expansions: WeakSet<Value> = new WeakSet<Value>();

/** The result of an expanded kernel, possibly reshaped: tfjs's fused product flattens batches. */
function isExpansion(value: Value): boolean {
  const { kernel, inputs } = value.node;
  return expansions.has(value) || (kernel === "Reshape" && isExpansion(inputs.x!));
}

/**
 * Records the function's value as a node of its own, `CustomGradient`, whose gradient is the user's function. The ops inside
 * are recorded too, but gradients do not flow through them.
 */
function recordCustom({ forwardFunc, backwardsFunc, inputs }: CustomCall): Tensor {
  let saved: Value[] = [];
  const value = forwardFunc(undefined, (tensors) => {
    saved = tensors.map((t) => recording().read(t));
  });
  // tfjs gives its fused kernels a gradient this way, and not for all activations; their parts have gradients themselves.
  if (isExpansion(recording().read(value))) return value;
  const attributes: CustomGradient = { gradient: backwardsFunc, saved };
  const named: NamedTensorMap = { ...inputs, value };
  return tf.engine().runKernel(own.customGradient, named, attributes as unknown as NamedAttrMap) as Tensor;
}

/**
 * tf.customGrad bypasses the kernels: while tracing it must be caught, or straight-through estimators and stopped gradients
 * come out wrong without a word. This is the one patch of tfjs's private side; a test pins it to the tfjs version. It sits where
 * the engine runs what customGrad returned, not on customGrad itself, so that functions made before the first trace count too.
 */
export function interceptCustomGradients(): void {
  const engine = tf.engine() as unknown as { runKernelFunc(call: Partial<CustomCall>): unknown };
  const original = engine.runKernelFunc.bind(engine);
  engine.runKernelFunc = (call) =>
    isRecording() && call.forwardFunc && call.backwardsFunc
      ? recordCustom(call as CustomCall)
      : original(call);
}
