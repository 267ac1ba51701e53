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
  if (!(count >= 0 && count <= n)) throw tooFew(count, n);
  const chosen = new Set<number>();
  for (let i = n - count; i < n; i++) {
    const drawn = random.integer(i + 1);
    chosen.add(chosen.has(drawn) ? i : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
}

/**
 * `count` distinct symbols in random order; every arrangement is as likely (Fisher and Yates, stopped early). Cost: O(symbols).
 *
 * @throws OutriggerError `bad-option` when there are fewer than `count` symbols.
 */
export function distinct(random: Random, count: number, symbols: number): number[] {
  if (!(count >= 0 && count <= symbols)) throw tooFew(count, symbols);
  const pool = Array.from({ length: symbols }, (_, symbol) => symbol);
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(symbols - i);
    const drawn = pool[j]!;
    pool[j] = pool[i]!;
    pool[i] = drawn;
  }
  return pool.slice(0, count);
}

const tooFew = (count: number, n: number): OutriggerError =>
  new OutriggerError("bad-option", `${count} distinct numbers cannot come from ${n}.`, { count, n });
