import { arrayBatches, type HostColumnBatch } from "@outrigger/core/data/batches";
import { column } from "@outrigger/core/data/column";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import type { Batches } from "@outrigger/core/train/model";

/** How many samples each part has, and how large the problem is. */
export const sizes = {
  inputs: 40,
  features: 3,
  /** One batch. */
  labelled: 40,
  validation: 40,
  test: 2000,
  /** Rows of the task's own domain without a label. */
  domain: 500,
  /** Rows of another domain, with labels of another end task. */
  foreign: 500,
} as const;

/** Standard deviation of the noise on inputs, and on the primary's labels, whose signal has variance 1. */
const noise = { inputs: 1, labels: 0.1 };
/** The other domain's labels are so many times as large. */
const DISTRACTION = 2;

type HostBatches = Batches<HostColumnBatch<NDArray>>;

/** Rows of one domain. */
interface Table {
  readonly inputs: NDArray;
  readonly labels: readonly number[];
}

export interface TwoDomains {
  readonly train: HostBatches;
  readonly validation: HostBatches;
  /** The validation rows, each with the label of another. */
  readonly shuffledLabels: HostBatches;
  readonly test: HostBatches;
  readonly domain: Pick<Table, "inputs">;
  readonly foreign: Table;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** x = A z + noise, y = v · tanh(2 z), scaled to variance 1 over the rows; A, v and z ~ N(0, 1), the columns of A scaled to x's variance. */
function domainOf(random: Random, rows: number): Table {
  const normals = (count: number): number[] => Array.from({ length: count }, () => random.normal());
  const mixing = Array.from({ length: sizes.inputs }, () =>
    normals(sizes.features).map((value) => value / Math.sqrt(sizes.features)),
  );
  const weights = normals(sizes.features);
  const z = Array.from({ length: rows }, () => normals(sizes.features));
  const raw = z.map((features) =>
    dot(
      weights,
      features.map((value) => Math.tanh(2 * value)),
    ),
  );
  const mean = raw.reduce((a, b) => a + b, 0) / rows;
  const sd = Math.sqrt(raw.reduce((a, b) => a + (b - mean) ** 2, 0) / rows);
  const inputs = z.flatMap((features) =>
    mixing.map((row) => dot(row, features) + noise.inputs * random.normal()),
  );
  return {
    inputs: array(Float32Array.from(inputs), [rows, sizes.inputs]),
    labels: raw.map((value) => (value - mean) / sd),
  };
}

/**
 * Two domains with an end task each. SIMULATED.
 *
 * The 40 inputs mix three hidden features with noise, and the label is a sum of their squashed values: who can reconstruct entries of a row
 * from the others knows the features. The task's domain gives 40 labels and 500 rows without one; the other domain has features, mixture and labels of its own,
 * 500 rows, its labels twice as large. 40 validation samples carry the labels' noise; those of the 2000 test samples are without.
 *
 * @param seed decides both domains; two calls with one seed give the same numbers.
 */
export function twoDomains(seed: number): TwoDomains {
  const random = Random.seeded(seed, "two-domains");
  const { labelled, validation, test, domain } = sizes;
  const own = domainOf(random, labelled + validation + test + domain);
  const noisy = own.labels.map((label, row) =>
    row < labelled + validation ? label + noise.labels * random.normal() : label,
  );
  const other = domainOf(random, sizes.foreign);
  const order = random.permutation(validation);
  const part = (
    from: number,
    count: number,
    batchSize: number,
    labels: readonly number[] = noisy,
  ): HostBatches =>
    arrayBatches({
      inputs: own.inputs,
      columns: { main: column("main", labels) },
      rows: Array.from({ length: count }, (_, i) => from + i),
      batchSize,
    });
  const shuffled = noisy.map((label, row) =>
    row >= labelled && row < labelled + validation ? noisy[labelled + order[row - labelled]!]! : label,
  );
  const start = (labelled + validation + test) * sizes.inputs;
  return {
    train: part(0, labelled, labelled),
    validation: part(labelled, validation, validation),
    shuffledLabels: part(labelled, validation, validation, shuffled),
    test: part(labelled + validation, test, test),
    domain: { inputs: array(own.inputs.data.slice(start) as Float32Array, [domain, sizes.inputs]) },
    foreign: { ...other, labels: other.labels.map((label) => DISTRACTION * label) },
  };
}
