import { array, type NDArray, type Random } from "@outrigger/core";
import type { ClippedRows } from "./ppo-loss.ts";

/** Columns of a whole rollout, from which minibatches are drawn. All [T · B]. */
export interface Columns {
  readonly alive: Float32Array;
  readonly advantages: Float32Array;
  readonly targets: Float32Array;
  readonly log: Float32Array;
  readonly values: Float32Array;
}

/** Rows of a rollout: the same arrays at every call, with what this minibatch says. */
export interface Minibatch<T = NDArray> extends Omit<ClippedRows<T>, "taken"> {
  /** Rows of the rollout. */
  readonly rows: T;
  /** Environments, with a memory: `rows` then are all their steps, step by step. Else empty. */
  readonly environments: readonly T[];
}

export interface MinibatchOptions {
  readonly steps: number;
  readonly count: number;
  readonly minibatches: number;
  /** Rows of an environment stay together and in order. */
  readonly sequences: boolean;
  readonly normaliseAdvantages: boolean;
}

/** Splits the rows of a rollout into minibatches of equal size, in a new random order at every pass. */
export function minibatcher({
  steps,
  count,
  minibatches,
  sequences,
  normaliseAdvantages,
}: MinibatchOptions): (random: Random, columns: Columns) => Iterable<Minibatch> {
  const size = (steps * count) / minibatches;
  const width = count / minibatches;
  const rows = new Int32Array(size);
  const column = (): Float32Array => new Float32Array(size);
  const own: Columns = {
    alive: column(),
    advantages: column(),
    targets: column(),
    log: column(),
    values: column(),
  };
  const environments = sequences ? new Int32Array(width) : undefined;
  const batch: Minibatch = {
    rows: array(rows, [size]),
    environments: environments ? [array(environments, [width])] : [],
    alive: array(own.alive),
    advantages: array(own.advantages),
    targets: array(own.targets),
    log: array(own.log),
    values: array(own.values),
  };
  return function* drawn(random, columns) {
    const order = random.permutation(environments ? count : steps * count);
    for (let from = 0; from < order.length; from += order.length / minibatches) {
      if (environments) {
        environments.set(order.slice(from, from + width));
        for (let i = 0; i < size; i++) rows[i] = Math.floor(i / width) * count + environments[i % width]!;
      } else rows.set(order.slice(from, from + size));
      for (const [name, into] of Object.entries(own)) {
        const all = columns[name as keyof Columns];
        for (let i = 0; i < size; i++) into[i] = all[rows[i]!]!;
      }
      standardise(own, normaliseAdvantages);
      yield batch;
    }
  };
}

/** Mean 0 and standard deviation 1 over the rows that count, if wanted; 0 in the others. */
function standardise({ advantages, alive }: Columns, wanted: boolean): void {
  const living = alive.reduce((sum, one) => sum + one, 0);
  let [mean, scale] = [0, 1];
  if (wanted && living > 0) {
    mean = advantages.reduce((sum, one, i) => sum + alive[i]! * one, 0) / living;
    const square = advantages.reduce((sum, one, i) => sum + alive[i]! * (one - mean) ** 2, 0) / living;
    scale = 1 / (Math.sqrt(square) + 1e-8);
  }
  for (let i = 0; i < advantages.length; i++) {
    advantages[i] = alive[i] === 1 ? (advantages[i]! - mean) * scale : 0;
  }
}
