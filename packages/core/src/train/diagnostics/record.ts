import { cosine } from "../gram-rows.ts";
import type { AffinityMatrix } from "./affinity.ts";

/** One value a task, by name. */
type PerTask<T> = Readonly<Record<string, T>>;
type Matrix = readonly (readonly number[])[];

/** The gradients of one step with respect to the trunk, as g_k; numbers that are not finite are null. */
export interface GradientRecord {
  readonly kind: "gradients";
  /** Steps taken since the start of training, this one included; the gradients are those that it was made of. */
  readonly step: number;
  /** From 0. */
  readonly epoch: number;
  /** ‖g_k‖. */
  readonly norms: PerTask<number | null>;
  /** w_k, as the method gave them for this step. */
  readonly weights: PerTask<number>;
  /**
   * |w_k| ‖g_k‖ / Σ_j |w_j| ‖g_j‖: the task's share in what moves the trunk, before the optimiser. They sum to 1. null where all are zero,
   * and under an aggregator, which does not weigh these gradients.
   */
  readonly effectiveWeights: PerTask<number> | null;
  /** ⟨g_i, g_j⟩ / (‖g_i‖ ‖g_j‖) of task i (outer) and j (inner); null where one of them is zero. */
  readonly cosines: PerTask<PerTask<number | null>>;
}

/** What a look-ahead step on one task does to the loss of every task; see {@link Affinity}. */
export interface AffinityRecord {
  readonly kind: "affinity";
  readonly step: number;
  readonly epoch: number;
  /** η of the look-ahead steps: the optimiser's at this step. */
  readonly learningRate: number;
  /** Z_i→j: the step is on task i (outer), the loss that of task j (inner). */
  readonly affinity: PerTask<PerTask<number | null>>;
}

/** How the primary's validation metric stands against single-task runs, at the end of an epoch. */
export interface TransferRecord {
  readonly kind: "transfer";
  readonly step: number;
  readonly epoch: number;
  /** The primary's selection metric, such as `rmse`. */
  readonly metric: string;
  /** The best value of this run so far. */
  readonly value: number;
  /** Mean over the single-task runs of their best value up to the same epoch. */
  readonly singleTask: number;
  /** How many there are. */
  readonly runs: number;
  /** Half of the 95 % prediction interval of one more single-task run; null for one run, whose noise is unknown. */
  readonly noise: number | null;
  /** How much worse this run is, in the metric's units; negative: better. */
  readonly excess: number;
  /** Whether that is more than the noise (more than 0 where that is unknown). */
  readonly worse: boolean;
  /** What is said to people: a warning, at most once a run, or that it came to nothing in the end. */
  readonly message: string | null;
}

export type DiagnosticRecord = GradientRecord | AffinityRecord | TransferRecord;

export interface When {
  readonly step: number;
  readonly epoch: number;
}

const byName = <T>(names: readonly string[], f: (k: number) => T): Record<string, T> =>
  Object.fromEntries(names.map((name, k) => [name, f(k)]));

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** @param weighs whether the weights are what multiplied these gradients */
export function gradientRecord(
  names: readonly string[],
  when: When,
  { gram, weights, weighs }: { gram: Matrix; weights: readonly number[]; weighs: boolean },
): GradientRecord {
  // Rounding can leave the square of a small gradient below zero.
  const norms = gram.map((row, k) => Math.sqrt(row[k]! < 0 ? 0 : row[k]!));
  const parts = norms.map((norm, k) => Math.abs(weights[k]!) * norm);
  const total = parts.reduce((a, b) => a + b, 0);
  const shares = weighs && total > 0 && Number.isFinite(total);
  return {
    kind: "gradients",
    ...when,
    norms: byName(names, (k) => finite(norms[k]!)),
    weights: byName(names, (k) => weights[k]!),
    effectiveWeights: shares ? byName(names, (k) => parts[k]! / total) : null,
    cosines: byName(names, (i) => byName(names, (j) => cosine(gram, i, j))),
  };
}

export const affinityRecord = (
  names: readonly string[],
  when: When,
  { matrix, learningRate }: { matrix: AffinityMatrix; learningRate: number },
): AffinityRecord => ({
  kind: "affinity",
  ...when,
  learningRate,
  affinity: byName(names, (i) => byName(names, (j) => matrix[i]![j]!)),
});
