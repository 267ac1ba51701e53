import { arrayBatches, type HostColumnBatch } from "@outrigger/core/data/batches";
import { column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Batches } from "@outrigger/core/train/model";

/** How many samples each part has, and how large the problem is. */
export const sizes = {
  inputs: 30,
  /** Directions of the input that both tasks look at. */
  low: 4,
  /** Features that each task makes of them: other ones for each. */
  upper: 2,
  /** Inputs of training, each with a label for the auxiliary. */
  train: 1000,
  /** Of these, how many carry a label for the primary. */
  labelled: 100,
  batch: 200,
  validation: 60,
  test: 2000,
} as const;

/** The primary first. */
export const tasks = ["main", "rival"] as const;

/** Standard deviation of the noise on the primary's labels, whose signal has variance 1. */
const NOISE = 0.1;
/** The auxiliary's labels are so many times as large as the primary's. */
const LOUDNESS = 2;
/** How far the features' units are driven out of their linear part. */
const STEEPNESS = 2;

export interface Conflict {
  readonly train: Batches<HostColumnBatch<NDArray>>;
  readonly validation: Batches<HostColumnBatch<NDArray>>;
  readonly test: Batches<HostColumnBatch<NDArray>>;
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, v, i) => total + v * b[i]!, 0);

/** Orthonormal rows, drawn one after another. */
function directions(count: number, size: number, random: Random): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const row = Float64Array.from({ length: size }, () => random.normal());
    for (const other of rows) {
      const along = dot(row, other);
      row.forEach((_, j) => {
        row[j]! -= along * other[j]!;
      });
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

const units = (x: Float64Array, rows: readonly Float64Array[]): Float64Array =>
  Float64Array.from(rows, (row) => Math.tanh(STEEPNESS * dot(row, x)));

/** Mean 0 and variance 1 over the rows given. */
function standardized(values: Float64Array): Float64Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const sd = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
  return values.map((value) => (value - mean) / sd);
}

function shuffled(values: Float64Array, random: Random): Float64Array {
  const order = values.slice();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * Two tasks that see the same things and make opposite use of them. SIMULATED.
 *
 * x ~ N(0, I) in 30 dimensions, u = tanh(2 B x) with four orthonormal directions B. The primary is v · tanh(2 A u), the auxiliary v' · tanh(2 A' u)
 * with A and A' of 2 × 4, all four rows orthonormal and every v_i ±1: what one task looks at in u the other must overlook. The
 * primary has variance 1 and 100 labels with noise of 0.1; the auxiliary has 1000 without noise, twice as large. The labels of the 2000 test samples are without
 * noise, so that the test error is the distance to the truth.
 *
 * @param seed decides inputs, directions, mixtures and noise; two calls with one seed give the same numbers.
 * @param shuffle gives the auxiliary's labels to other samples: nothing can be learnt of them
 */
export function conflictingTasks(
  seed: number,
  { shuffle = false }: { readonly shuffle?: boolean } = {},
): Conflict {
  const random = Random.seeded(seed, "conflicting-tasks");
  const count = sizes.train + sizes.validation + sizes.test;
  const seen = directions(sizes.low, sizes.inputs, random);
  const looks = directions(2 * sizes.upper, sizes.low, random);
  const rows = Array.from({ length: count }, () =>
    Float64Array.from({ length: sizes.inputs }, () => random.normal()),
  );
  const low = rows.map((x) => units(x, seen));
  const signal = (own: readonly Float64Array[]): Float64Array => {
    const signs = Float64Array.from(own, () => (random.uniform() < 0.5 ? -1 : 1));
    return standardized(Float64Array.from(low, (u) => dot(signs, units(u, own))));
  };
  const main = signal(looks.slice(0, sizes.upper));
  const plain = signal(looks.slice(sizes.upper));
  const noise = Float64Array.from({ length: sizes.train + sizes.validation }, () => NOISE * random.normal());
  const labelled = plain.slice(0, sizes.train);
  const rival = shuffle ? shuffled(labelled, random) : labelled;
  const labels = {
    main: (row: number): number | null =>
      row >= sizes.labelled && row < sizes.train ? null : main[row]! + (noise[row] ?? 0),
    rival: (row: number): number | null => (row < sizes.train ? LOUDNESS * rival[row]! : null),
  };
  const columns = Object.fromEntries(
    tasks.map((name) => [
      name,
      column(
        name,
        Array.from({ length: count }, (_, row) => labels[name](row)),
      ),
    ]),
  );
  const flat = new Float32Array(count * sizes.inputs);
  rows.forEach((row, i) => flat.set(row, i * sizes.inputs));
  const part = (from: number, to: number, batchSize = to - from): Batches<HostColumnBatch<NDArray>> =>
    arrayBatches({
      inputs: array(flat, [count, sizes.inputs]),
      columns,
      rows: Array.from({ length: to - from }, (_, i) => from + i),
      batchSize,
    });
  const testStart = sizes.train + sizes.validation;
  return {
    train: part(0, sizes.train, sizes.batch),
    validation: part(sizes.train, testStart),
    test: part(testStart, count),
  };
}
