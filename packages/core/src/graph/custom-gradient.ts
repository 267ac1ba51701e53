import type { NamedAttrMap, NamedTensorMap, Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { own, type Value } from "./graph.ts";
import { isRecording, recording } from "./recording.ts";

type GradientFunction = (dy: Tensor, saved: Tensor[]) => Tensor | Tensor[];
type CustomFunction = (...args: unknown[]) => { value: Tensor; gradFunc: GradientFunction };

export interface CustomGradient {
  readonly gradFunc: GradientFunction;
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
const recordCustom =
  (f: CustomFunction) =>
  (...inputs: Tensor[]): Tensor => {
    let saved: Value[] = [];
    const save = (tensors: Tensor[]): void => {
      saved = tensors.map((t) => recording().read(t));
    };
    const { value, gradFunc } = f(...inputs, save);
    // tfjs gives its fused kernels a gradient this way, and not for all activations; their parts have gradients themselves.
    if (isExpansion(recording().read(value))) return value;
    const named: NamedTensorMap = { value };
    inputs.forEach((input, i) => {
      named[i] = input;
    });
    const attributes: CustomGradient = { gradFunc, saved };
    return tf.engine().runKernel(own.customGradient, named, attributes as unknown as NamedAttrMap) as Tensor;
  };

/**
 * tf.customGrad bypasses the kernels: while tracing it must be caught, or straight-through estimators and stopped gradients
 * come out wrong without a word. This is the one patch of tfjs's private side; a test pins it to the tfjs version.
 */
export function wrapCustomGrad(): void {
  const engine = tf.engine() as unknown as { customGrad(f: CustomFunction): (...inputs: Tensor[]) => Tensor };
  const original = engine.customGrad.bind(engine);
  engine.customGrad = (f) => (isRecording() ? recordCustom(f) : original(f));
}
