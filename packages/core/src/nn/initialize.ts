import { array, type NDArray, sizeOf } from "../graph/array.ts";
import type { Random } from "../random.ts";

/** An array of one value. */
export const constant = (shape: readonly number[], value: number): NDArray =>
  array(new Float32Array(sizeOf(shape)).fill(value), shape);

/**
 * Uniform in ±√(6 / (fanIn + fanOut)): keeps the variance of linear layers the same forwards and backwards.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
 * https://proceedings.mlr.press/v9/glorot10a.html
 *
 * @param shape [fanIn, fanOut]
 */
export function glorot(random: Random, shape: readonly [number, number]): NDArray {
  const bound = Math.sqrt(6 / (shape[0] + shape[1]));
  const values = Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * random.uniform() - 1));
  return array(values, shape);
}

/**
 * Normal with variance 2 / fanIn: keeps the variance of layers followed by a rectifier.
 *
 * He et al., "Delving deep into rectifiers", ICCV 2015, https://arxiv.org/abs/1502.01852
 *
 * @param shape [fanIn, fanOut]
 */
export function he(random: Random, shape: readonly [number, number]): NDArray {
  const deviation = Math.sqrt(2 / shape[0]);
  return array(
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.normal()),
    shape,
  );
}
