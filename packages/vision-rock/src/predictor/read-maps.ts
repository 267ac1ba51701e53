import type { NDArray } from "@outrigger/core/graph/array";
import type { GeometryMap } from "../draw/geometry-pixels.ts";

/** The numbers of image `i` of a batch. */
function imageOf({ data, shape }: NDArray, i: number): Float32Array {
  const size = shape.slice(1).reduce((product, side) => product * side, 1);
  return (data as Float32Array).slice(i * size, (i + 1) * size);
}

/** Softmax of the logits of image `i`. */
export function probabilities(logits: NDArray, i: number): Float32Array {
  const row = imageOf(logits, i);
  const top = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = row.map((logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Metres from logarithms of depth. */
export const depthMap = (output: NDArray, i: number): GeometryMap => ({
  height: output.shape[1]!,
  width: output.shape[2]!,
  values: imageOf(output, i).map((value) => Math.exp(value)),
});

/** Unit vectors from vectors of any length; 0 stays 0, which means unknown. */
export function normalsMap(output: NDArray, i: number): GeometryMap {
  const values = imageOf(output, i);
  for (let at = 0; at < values.length; at += 3) {
    const length = Math.hypot(values[at]!, values[at + 1]!, values[at + 2]!);
    if (length > 0) for (let k = at; k < at + 3; k++) values[k]! /= length;
  }
  return { height: output.shape[1]!, width: output.shape[2]!, values };
}
