import { allFinite } from "../finite.ts";
import { cholesky, choleskySolve } from "../linalg/cholesky.ts";
import type { Rectangular } from "../linalg/matrix.ts";
import { dot } from "../linalg/orthonormalise.ts";
import { spectrum } from "../linalg/spectrum.ts";

/** What the sweeps need of a task, all times a_k, and the samples for the loss. */
export interface Moments {
  readonly x: Rectangular;
  readonly labels: Float64Array;
  readonly weight: number;
  readonly features: number;
  /** a_k X_k'X_k, D×D. */
  readonly gram: Float64Array;
  /** a_k X_k'y_k. */
  readonly cross: Float64Array;
}

/** The heads that are best for a layer; the layer holds its q columns one after the other, each of length D. */
export function headsOf(moments: readonly Moments[], layer: Float64Array, width: number): Float64Array[] {
  return moments.map(({ gram, cross, features }) => {
    const small = new Float64Array(width * width);
    const right = new Float64Array(width);
    for (let i = 0; i < width; i++) {
      const column = layer.subarray(i * features, (i + 1) * features);
      const image = times(gram, column);
      for (let j = 0; j < width; j++)
        small[i * width + j] = dot(image, layer.subarray(j * features, (j + 1) * features));
      right[i] = dot(cross, column);
    }
    return solve(small, right);
  });
}

/** The layer that is best for the heads, next to the layer before. */
export function layerOf(
  moments: readonly Moments[],
  heads: readonly Float64Array[],
  before: Float64Array,
  width: number,
): Float64Array {
  const { features } = moments[0]!;
  const size = width * features;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (const [k, { gram, cross }] of moments.entries())
    for (let i = 0; i < width; i++) {
      const head = heads[k]![i]!;
      for (let r = 0; r < features; r++) right[i * features + r]! += head * cross[r]!;
      for (let j = 0; j <= i; j++) {
        const factor = head * heads[k]![j]!;
        for (let r = 0; r < features; r++) {
          const target = (i * features + r) * size + j * features;
          for (let c = 0; c < features; c++) matrix[target + c]! += factor * gram[r * features + c]!;
        }
      }
    }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * (size + 1)]!;
  const proximal = (trace / size) * 1e-10 || 1;
  for (let i = 0; i < size; i++) {
    matrix[i * (size + 1)]! += proximal;
    right[i]! += proximal * before[i]!;
  }
  return solve(matrix, right);
}

/** The q strongest directions of the tasks' own fits, with a trace of ridge for tasks with fewer samples than features. */
export function spectralLayer(moments: readonly Moments[], width: number): Float64Array {
  const { features } = moments[0]!;
  const fits = moments.map(({ gram, cross, weight }) => {
    const ridged = gram.slice();
    let trace = 0;
    for (let i = 0; i < features; i++) trace += gram[i * (features + 1)]!;
    for (let i = 0; i < features; i++) ridged[i * (features + 1)]! += (1e-6 * trace) / features || 1;
    return solve(ridged, cross.slice()).map((value) => Math.sqrt(weight) * value);
  });
  const own = together(fits);
  const { right } = spectrum(own);
  const layer = new Float64Array(width * features);
  for (let i = 0; i < width; i++)
    for (let r = 0; r < features; r++)
      for (let k = 0; k < moments.length; k++)
        layer[i * features + r]! += own.values[r * moments.length + k]! * right[k * moments.length + i]!;
  return layer;
}

/** W of a layer and its heads. */
export function fitted(layer: Float64Array, heads: readonly Float64Array[], features: number): Rectangular {
  return together(
    heads.map((head) => {
      const coefficients = new Float64Array(features);
      for (const [i, value] of head.entries())
        for (let r = 0; r < features; r++) coefficients[r]! += value * layer[i * features + r]!;
      return coefficients;
    }),
  );
}

/** Columns side by side. */
export function together(columns: readonly Float64Array[]): Rectangular {
  const rows = columns[0]!.length;
  const values = Float64Array.from(
    { length: rows * columns.length },
    (_, i) => columns[i % columns.length]![Math.floor(i / columns.length)]!,
  );
  return { rows, columns: columns.length, values };
}

/** The solution of a symmetric positive definite system; both arguments are overwritten. */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  return allFinite(choleskySolve(cholesky(matrix, right.length), right.length, right), "The coefficients");
}

function times(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, i) => dot(matrix.subarray(i * size, (i + 1) * size), vector));
}
