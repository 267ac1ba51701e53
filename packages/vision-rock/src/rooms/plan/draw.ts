import type { Random } from "@outrigger/core/random";

/** Uniform between two numbers. */
export const between = (random: Random, low: number, high: number): number =>
  low + (high - low) * random.uniform();

export const chance = (random: Random, probability: number): boolean => random.uniform() < probability;

/** One of a list. */
export const pick = <T>(random: Random, values: readonly T[]): T => values[random.integer(values.length)]!;

/** A name with probability proportional to its weight. */
export function weighted<K extends string>(random: Random, weights: Readonly<Partial<Record<K, number>>>): K {
  const entries = Object.entries(weights) as [K, number][];
  let left = random.uniform() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries.at(-1)![0];
}
