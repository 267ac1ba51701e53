import type { Tensor } from "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import { array, mapTree, type NDArray, type Tree } from "../../src/graph/index.ts";
import type { AnySequenceLayer } from "../../src/nn/index.ts";
import { Random } from "../../src/random.ts";

export const evaluation = { training: false };
export const stream = (): Random => Random.seeded(8, "init");
export const tensor = ({ data, shape, dtype }: NDArray): Tensor => tf.tensor(data, [...shape], dtype);
export const tensors = (tree: Tree<NDArray>): never => mapTree(tree, tensor) as never;

export type Vector = number[];

/** v·M for M [v.length, columns], row-major. */
export const times = (v: Vector, { data, shape }: NDArray): Vector =>
  Array.from({ length: shape[1]! }, (_, j) => v.reduce((sum, a, i) => sum + a * data[i * shape[1]! + j]!, 0));

export const plus = (a: Vector, b: ArrayLike<number>): Vector => a.map((v, i) => v + b[i]!);

export const time = 4;
export const size = 6;
/** Two sequences of four steps; the second one ends after two. */
export const x: NDArray = array(
  Float32Array.from({ length: 2 * time * size }, (_, i) => Math.sin(1 + 1.7 * i)),
  [2, time, size],
);
export const lengths: readonly number[] = [4, 2];
export const mask: NDArray = array([1, 1, 1, 1, 1, 1, 0, 0], [2, 4]);

export const rows = (sequence: number): Vector[] =>
  Array.from({ length: time }, (_, t) => {
    const start = (sequence * time + t) * size;
    return Array.from(x.data.slice(start, start + size));
  });

/** Biases other than zero, so that a forgotten one shows. */
export const shaken = <P extends Tree<NDArray>>(params: P): P =>
  mapTree(params as Tree<NDArray>, (leaf) =>
    array(
      leaf.data.map((v, i) => v + 0.3 * Math.cos(2 * i + leaf.data.length)),
      leaf.shape,
    ),
  ) as P;

export function outputs(layer: AnySequenceLayer, params: Tree<NDArray>, masked: boolean): number[][][] {
  return tf.tidy(() =>
    layer.apply(tensors(params), tensor(x), evaluation, masked ? tensor(mask) : undefined).arraySync(),
  ) as number[][][];
}

export function expectRows(actual: readonly Vector[], wanted: readonly Vector[]): void {
  expect(actual.length).toBe(wanted.length);
  wanted.forEach((row, t) => {
    expect(actual[t]!.length).toBe(row.length);
    row.forEach((v, i) => expect(actual[t]![i], `step ${t}, element ${i}`).toBeCloseTo(v, 5));
  });
}
