import type { NDArray } from "../graph/array.ts";

/** Scalars that calls read and write in place. */
export const scalars = (count: number): NDArray[] =>
  Array.from({ length: count }, () => ({ dtype: "float32", shape: [], data: new Float32Array(1) }));

export const valuesOf = (arrays: readonly NDArray[]): number[] => arrays.map(({ data }) => data[0]!);
