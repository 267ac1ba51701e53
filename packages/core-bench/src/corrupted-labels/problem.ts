import type { HostColumnBatch } from "@outrigger/core/data/batches";
import { array, type NDArray } from "@outrigger/core/graph/array";
import { Random } from "@outrigger/core/random";
import { lowData, sizes } from "../low-data/problem.ts";
import type { Parts } from "../parts.ts";

/** Of the labels of `helpful`, how many are wrong. */
export const WRONG = 0.4;
/** Standard deviation of a wrong label, where right ones have 1: as large as the distracting labels of the low-data problem. */
const SCALE = 2;

/** The primary first. */
export const tasks = ["main", "helpful"] as const;

export interface CorruptedLabels extends Pick<Parts, "validation" | "test"> {
  /** All 1000 training rows. */
  readonly batch: HostColumnBatch<NDArray>;
  /** 1 where the row's label of `helpful` is wrong. */
  readonly wrong: Uint8Array;
}

/**
 * The low-data problem without its distracting auxiliaries: what is left to find out is which labels are wrong. SIMULATED.
 *
 * As there: inputs in 40 dimensions, 60 noisy labels for the primary, 1000 labels of an auxiliary with the same two features, 40
 * validation and 2000 test samples. Of the auxiliary's labels 400, drawn without replacement, are replaced by noise of standard
 * deviation 2.
 *
 * @param seed decides everything; two calls with one seed give the same numbers.
 */
export function corruptedLabels(seed: number): CorruptedLabels {
  const { train, validation, test } = lowData(seed);
  const [batch] = train.epoch(null) as Iterable<HostColumnBatch<NDArray>> as [HostColumnBatch<NDArray>];
  const random = Random.seeded(seed, "corrupted-labels");
  const wrong = new Uint8Array(sizes.train);
  for (const row of random.permutation(sizes.train).slice(0, WRONG * sizes.train)) wrong[row] = 1;
  const helpful = Float32Array.from(batch.labels["helpful"]!.data, (label, row) =>
    wrong[row] === 1 ? SCALE * random.normal() : label,
  );
  return {
    batch: { ...batch, labels: { ...batch.labels, helpful: array(helpful) } },
    wrong,
    validation,
    test,
  };
}
