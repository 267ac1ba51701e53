import type { Role } from "@outrigger/core";
import type { Random } from "@outrigger/core/random";
import type { Example } from "../example.ts";

/** Where a task's examples come from: the `Source` of an auxiliary, of the main task, or a curriculum. */
export interface Drawn {
  /** No example has more tokens. */
  readonly longest: number;
  /** @param progress how much of the training is done, in [0, 1). */
  draw(random: Random, progress: number): Example;
}

/**
 * A source whose examples get other position ids: randomized ones, a random start, Abacus ids.
 *
 * @example
 * placed(whole(task, words, { lengths: [2, 10] }), (example, random) => randomizedPositions(example, random, 128));
 */
export const placed = (source: Drawn, place: (example: Example, random: Random) => Example): Drawn => ({
  longest: source.longest,
  draw: (random, progress) => place(source.draw(random, progress), random),
});

/** One task of a training: one of them is the primary. */
export interface MixedTask {
  readonly name: string;
  readonly role: Role;
  readonly source: Drawn;
  /** Its part of the steps, or of every batch, in relation to the others' shares. Default 1. */
  readonly share?: number;
}

/**
 * How tasks share the batches. "steps": every step draws one task by the shares, and all rows are its own; "rows": every batch has rows
 * of all tasks, by the shares, so that weights and methods that compare gradients see all tasks in every step.
 */
export type Mixing = "steps" | "rows";

const shareOf = ({ share = 1 }: MixedTask): number => share;

/** The index of a task, drawn by the shares. */
export function drawTask(tasks: readonly MixedTask[], random: Random): number {
  const total = tasks.reduce((sum, task) => sum + shareOf(task), 0);
  let rest = random.uniform() * total;
  for (const [k, task] of tasks.entries()) {
    rest -= shareOf(task);
    if (rest < 0) return k;
  }
  // Rounding: the shares may add up to a little less than their sum.
  return tasks.findLastIndex((task) => shareOf(task) > 0);
}

/** Rows of a batch for every task, by the shares: whole numbers whose sum is the batch, the greatest remainders rounded up. */
export function rowsOf(tasks: readonly MixedTask[], batchSize: number): number[] {
  const total = tasks.reduce((sum, task) => sum + shareOf(task), 0);
  const exact = tasks.map((task) => (batchSize * shareOf(task)) / total);
  const rows = exact.map(Math.floor);
  const order = exact
    .map((value, k) => ({ k, left: value - Math.floor(value) }))
    .sort((a, b) => b.left - a.left);
  const missing = batchSize - rows.reduce((a, b) => a + b, 0);
  for (const { k } of order.slice(0, missing)) rows[k]!++;
  return rows;
}
