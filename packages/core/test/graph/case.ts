import type { Tensor } from "@tensorflow/tfjs";
import tf from "@tensorflow/tfjs";
import { array, type NDArray } from "../../src/graph/index.ts";

/** One use of kernels: a function of float tensors (differentiated) and integer tensors (not). */
export interface Case {
  readonly name: string;
  readonly f: (x: Tensor[], ids: Tensor[]) => Tensor;
  readonly x: readonly NDArray[];
  readonly ids?: readonly NDArray[];
  /** Runs only in a trace: own kernels have no eager form. */
  readonly own?: boolean;
  /** tfjs has no gradient, or a wrong one: numeric differences are the reference. */
  readonly numeric?: boolean;
  /** Piecewise constant: nothing to differentiate. */
  readonly flat?: boolean;
}

/** Irregular numbers in [low, high] that keep away from 0 and from each other, so that no case sits on a kink. */
export function numbers(shape: number[], low = -2, high = 2, phase = 0): NDArray {
  const size = shape.reduce((n, d) => n * d, 1);
  const values = Array.from({ length: size }, (_, i) => {
    const u = (i * 0.618033988749895 + phase + 0.137) % 1;
    const v = low + (high - low) * u;
    return Math.abs(v) < 0.05 ? v + 0.1 : v;
  });
  return array(values, shape);
}

export const ints = (values: number[], shape = [values.length]): NDArray => array(values, shape, "int32");
export const a = numbers([3, 4]);
export const b = numbers([3, 4], -2, 2, 0.4);
export const row = numbers([4], -1.5, 1.5, 0.7);
export const column = numbers([3, 1], 0.3, 2, 0.2);
export const positive = numbers([3, 4], 0.2, 3);

export const unary = (name: string, f: (x: Tensor) => Tensor, x: NDArray = a): Case => ({
  name,
  f: ([t]) => f(t!),
  x: [x],
});
export const flat = (name: string, f: (x: Tensor) => Tensor, x: NDArray = a): Case => ({
  ...unary(name, f, x),
  flat: true,
});
export const binary = (
  name: string,
  f: (x: Tensor, y: Tensor) => Tensor,
  x: NDArray = a,
  y: NDArray = b,
): Case => ({
  name,
  f: ([s, t]) => f(s!, t!),
  x: [x, y],
});
export const compare = (name: string, f: (x: Tensor, y: Tensor) => Tensor): Case => ({
  ...binary(name, f),
  flat: true,
});
export const asFloat = (t: Tensor): Tensor => tf.cast(t, "float32");
