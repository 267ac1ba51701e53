import type { Problem } from "../problem.ts";

/** One auxiliary: the sizes that most figures share, with noise variance 1 unless given. */
export function pairProblem(
  features: number,
  rows: readonly [number, number],
  shift: number,
  noise: readonly [number, number] = [1, 1],
): Problem {
  return {
    features,
    rows,
    noise,
    shifts: [
      [0, 0],
      [0, shift],
    ],
  };
}

/** `count` values from `from` to `to`, each the same factor above the one before. */
export function logGrid(from: number, to: number, count: number): number[] {
  const step = Math.log(to / from) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? to : from * Math.exp(step * i)));
}

/** A simulated mean at one place of a curve. */
export interface Dot {
  readonly x: number;
  readonly mean: number;
  readonly se: number;
}

export interface SimulatedFigure {
  /** Data sets drawn for each dot. */
  readonly replicates?: number;
  readonly seed?: number;
}
