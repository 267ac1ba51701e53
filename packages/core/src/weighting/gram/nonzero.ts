import type { Gram } from "./read.ts";

/**
 * Asks `solve` about the tasks whose gradient is not exactly 0 and gives the others weight 0. A zero gradient means that no sample of
 * the batch has a label; equations that divide by its length, or for which it makes every point stationary, have no answer then.
 * If all are 0 everyone gets 1.
 */
export function overNonzero(
  gram: Gram,
  solve: (gram: number[][], tasks: readonly number[]) => number[],
): number[] {
  const tasks = gram.flatMap((row, k) => (row[k]! > 0 ? [k] : []));
  if (tasks.length === 0) return gram.map(() => 1);
  const found = solve(
    tasks.map((i) => tasks.map((j) => gram[i]![j]!)),
    tasks,
  );
  const weights = gram.map(() => 0);
  for (const [place, k] of tasks.entries()) weights[k] = found[place]!;
  return weights;
}
