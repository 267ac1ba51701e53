import { networkFirstOrder } from "../../src/network/first-order.ts";
import type { LinearNetwork } from "../../src/network/setting.ts";
import { type Random, random } from "../../src/random.ts";

/** Standard normal numbers, a matrix of them. */
export const normals = (draw: Random, rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => draw.normal()));

/** A B. */
export const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][] =>
  a.map((row) => b[0]!.map((_, k) => row.reduce((sum, value, j) => sum + value * b[j]![k]!, 0)));

/** Coefficients of rank q. */
export const lowRank = (draw: Random, features: number, tasks: number, rank: number): number[][] =>
  times(normals(draw, features, rank), normals(draw, rank, tasks));

/** The columns in another order. */
export const reorder = (matrix: readonly (readonly number[])[], order: readonly number[]): number[][] =>
  matrix.map((row) => order.map((k) => row[k]!));

/** M of rank q with σ_q = `strength`, and noise v = 1. */
export const network = (seed: number, strength: number, width = 2): LinearNetwork => {
  const draw = random(seed);
  const signal = lowRank(draw, 12, 5, width);
  const unit = networkFirstOrder({ signal, noise: [1, 1, 1, 1, 1], width }).signalToNoise;
  return {
    signal: signal.map((row) => row.map((value) => (value * strength) / unit)),
    noise: [1, 1, 1, 1, 1],
    width,
  };
};
