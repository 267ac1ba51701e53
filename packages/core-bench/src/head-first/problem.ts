import { type Column, column } from "@outrigger/core/data/column";
import { Random } from "@outrigger/core/random";
import { type Parts, parts } from "../parts.ts";

/** How many samples each part has, and how large the problem is. */
export const sizes = {
  inputs: 40,
  /** r, directions that labels depend on. */
  directions: 3,
  auxiliaries: 11,
  /** Inputs of training, each with a label for every auxiliary. */
  train: 1000,
  /** Of these, how many carry a label for the primary. */
  labelled: 150,
  validation: 200,
  test: 4000,
} as const;

/** The primary first. */
export const tasks: readonly string[] = [
  "main",
  ...Array.from({ length: sizes.auxiliaries }, (_, k) => `aux-${k + 1}`),
];

export interface HeadFirstProblem extends Parts {
  /** M: r orthonormal rows of length d. */
  readonly directions: readonly Float64Array[];
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, v, i) => total + v * b[i]!, 0);
const normals = (random: Random): Float64Array =>
  Float64Array.from({ length: sizes.inputs }, () => random.normal());

/** r random directions, by Gram and Schmidt. */
function orthonormal(random: Random): Float64Array[] {
  const found: Float64Array[] = [];
  while (found.length < sizes.directions) {
    let row = normals(random);
    for (const other of found) {
      const along = dot(row, other);
      row = row.map((value, i) => value - along * other[i]!);
    }
    const length = Math.sqrt(dot(row, row));
    found.push(row.map((value) => value / length));
  }
  return found;
}

/** A class for each of the 2^r sign patterns: half of them 1, half of them 0. */
function randomClasses(random: Random): number[] {
  const patterns = 2 ** sizes.directions;
  return random.permutation(patterns).map((place) => (place < patterns / 2 ? 1 : 0));
}

/**
 * Many binary tasks on few directions. SIMULATED.
 *
 * Inputs x ~ N(0, I) in 40 dimensions. A task gives each of the 8 sign patterns of z = M x, M of 3 orthonormal rows, a class, half of them
 * 1: the primary with 150 labels, 11 auxiliaries with 1000 each. Labels have no noise. 200 validation and 4000 test samples carry labels of
 * the primary alone.
 *
 * @param seed decides inputs, directions and classes; two calls with one seed give the same numbers.
 * @param shuffled whether the auxiliaries' labels are coins that know nothing of the inputs
 */
export function headFirstProblem(seed: number, shuffled = false): HeadFirstProblem {
  const random = Random.seeded(seed, "head-first");
  const directions = orthonormal(random);
  const classes = tasks.map(() => randomClasses(random));
  const count = sizes.train + sizes.validation + sizes.test;
  const rows = Array.from({ length: count }, () => normals(random));
  const patterns = rows.map((x) =>
    directions.reduce((index, m, i) => index + (dot(m, x) > 0 ? 2 ** i : 0), 0),
  );
  const coins = Random.seeded(seed, "head-first coins");
  const label = (k: number, row: number): number | null => {
    if (k === 0) return row < sizes.labelled || row >= sizes.train ? classes[0]![patterns[row]!]! : null;
    if (row >= sizes.train) return null;
    return shuffled ? coins.integer(2) : classes[k]![patterns[row]!]!;
  };
  const columns: Record<string, Column> = Object.fromEntries(
    tasks.map((name, k) => [
      name,
      column(
        name,
        rows.map((_, row) => label(k, row)),
      ),
    ]),
  );
  return { directions, ...parts(rows, columns, sizes) };
}
