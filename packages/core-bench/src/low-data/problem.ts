import { type Column, column } from "@outrigger/core/data/column";
import { Random } from "@outrigger/core/random";
import { type Parts, parts } from "../parts.ts";

/** How many samples each part has, and how large the problem is. */
export const sizes = {
  inputs: 40,
  features: 2,
  /** Inputs of training, each with a label for every auxiliary. */
  train: 1000,
  /** Of these, how many carry a label for the primary. */
  labelled: 60,
  validation: 40,
  test: 2000,
} as const;

/** Standard deviation of the noise on the primary's labels, whose signal has variance 1. */
const NOISE = 0.1;
/** The labels of `unrelated` and `noise` are so many times as large as the primary's. */
const DISTRACTION = 2;

/** The primary first. */
export const tasks = ["main", "helpful", "unrelated", "noise"] as const;
type TaskName = (typeof tasks)[number];

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, v, i) => total + v * b[i]!, 0);

/** s(x) = v · tanh(B x), v ~ N(0, I), scaled to variance 1 over the rows given. */
function signal(
  rows: readonly Float64Array[],
  directions: readonly Float64Array[],
  random: Random,
): Float64Array {
  const weights = directions.map(() => random.normal());
  const raw = Float64Array.from(rows, (x) =>
    directions.reduce((total, b, i) => total + weights[i]! * Math.tanh(dot(b, x)), 0),
  );
  const mean = raw.reduce((a, b) => a + b, 0) / raw.length;
  const sd = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / raw.length);
  return raw.map((value) => value / sd);
}

/** null: no label. */
type Labels = (row: number) => number | null;

/** Labels of every task for all rows: training first, then validation, then test. */
function labelsOf(rows: readonly Float64Array[], random: Random): Record<TaskName, Labels> {
  const features = (): Float64Array[] =>
    Array.from({ length: sizes.features }, () =>
      Float64Array.from({ length: sizes.inputs }, () => random.normal() / Math.sqrt(sizes.inputs)),
    );
  const shared = features();
  const main = signal(rows, shared, random);
  const helpful = signal(rows, shared, random);
  const unrelated = signal(rows, features(), random);
  const inTraining =
    (label: (row: number) => number): Labels =>
    (row) =>
      row < sizes.train ? label(row) : null;
  return {
    main: (row) => {
      if (row >= sizes.train + sizes.validation) return main[row]!;
      return row < sizes.labelled || row >= sizes.train ? main[row]! + NOISE * random.normal() : null;
    },
    helpful: inTraining((row) => helpful[row]!),
    unrelated: inTraining((row) => DISTRACTION * unrelated[row]!),
    noise: inTraining(() => DISTRACTION * random.normal()),
  };
}

/**
 * The smallest problem that tells the rules apart. SIMULATED.
 *
 * Inputs x ~ N(0, I) in 40 dimensions. The primary is v · tanh(B x), with B of 2 × 40 and variance 1, and has 60 labels with noise of
 * standard deviation 0.1. Three auxiliaries have 1000 labels each: `helpful` mixes the same two features with weights of its own and
 * is free of noise, `unrelated` has features of its own and labels twice as large, `noise` is nothing but noise, twice as large. 40
 * validation samples carry the primary's noise; the labels of the 2000 test samples are without, so that the test error is the
 * distance to the truth.
 *
 * @param seed decides inputs, features, mixtures and noise; two calls with one seed give the same numbers.
 * @param options.shuffled gives the labels of every auxiliary to its samples in a random order: nothing is left to learn from them, and all
 * else is as without it. Default false.
 */
export function lowData(seed: number, { shuffled = false }: { shuffled?: boolean } = {}): Parts {
  const random = Random.seeded(seed, "low-data");
  const count = sizes.train + sizes.validation + sizes.test;
  const rows = Array.from({ length: count }, () =>
    Float64Array.from({ length: sizes.inputs }, () => random.normal()),
  );
  const labels = labelsOf(rows, random);
  const reorder = Random.seeded(seed, "low-data/shuffled");
  const columns: Record<string, Column> = Object.fromEntries(
    tasks.map((name) => {
      const values = rows.map((_, row) => labels[name](row));
      if (!shuffled || name === tasks[0]) return [name, column(name, values)];
      const order = reorder.permutation(sizes.train);
      return [
        name,
        column(
          name,
          values.map((value, row) => (row < sizes.train ? values[order[row]!]! : value)),
        ),
      ];
    }),
  );
  return parts(rows, columns, sizes);
}
