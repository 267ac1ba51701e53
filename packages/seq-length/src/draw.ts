import { OutriggerError } from "@outrigger/core/error";
import type { Random } from "@outrigger/core/random";

/** A whole number from low to high, both included. */
export const between = (random: Random, low: number, high: number): number =>
  low + random.integer(high - low + 1);

/** `count` independent symbols 0 … symbols - 1. */
export const strings = (random: Random, count: number, symbols: number): number[] =>
  Array.from({ length: count }, () => random.integer(symbols));

/**
 * `count` distinct numbers of 0 … n - 1, ascending; every set is as likely (Floyd's algorithm). Cost: O(count log count), whatever n.
 *
 * @throws OutriggerError `bad-option` when there are fewer than `count` numbers.
 */
export function subset(random: Random, count: number, n: number): number[] {
  if (!(count >= 0 && count <= n))
    throw new OutriggerError("bad-option", `${count} distinct numbers cannot come from ${n}.`, { count, n });
  const chosen = new Set<number>();
  for (let i = n - count; i < n; i++) {
    const drawn = random.integer(i + 1);
    chosen.add(chosen.has(drawn) ? i : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}

/** `count` distinct symbols in random order. */
export function distinct(random: Random, count: number, symbols: number): number[] {
  const chosen = subset(random, count, symbols);
  return random.permutation(count).map((i) => chosen[i]!);
}
