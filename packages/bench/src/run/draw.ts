import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Json, Options } from "../benchmark.ts";
import type { Range, Space } from "../space.ts";
import { canonical, shortHash } from "./hash.ts";

/** Draws that may be repetitions before a space counts as used up. */
const patience = 200;

/**
 * Distinct random configurations of a space: each option on its own, numbers with 4 significant digits. Deterministic: the same space
 * and seed give the same configurations, in the same order whatever `count` is; two methods with the same space get the same ones.
 *
 * Bergstra, Bengio, Random Search for Hyper-Parameter Optimization, JMLR 2012, https://jmlr.org/papers/v13/bergstra12a.html.
 *
 * @returns fewer than `count` when the space has no more.
 */
export function drawConfigurations(space: Space, count: number, seed: number): Options[] {
  const random = xoroshiro128plus(
    Number.parseInt(shortHash(canonical(space as Json), String(seed)).slice(0, 8), 16),
  );
  const draw = (range: Range): Json => {
    if ("values" in range) return range.values[uniformInt(random, 0, range.values.length - 1)] ?? null;
    const { low, high, scale = "linear", whole = false } = range;
    const u = uniformFloat64(random);
    // Of whole numbers each stands for the unit above it, so that the ends are as likely as the others.
    const end = whole ? high + 1 : high;
    const value = scale === "log" ? low * (end / low) ** u : low + (end - low) * u;
    const rounded = whole ? Math.floor(value) : Number(value.toPrecision(4));
    return Math.min(high, Math.max(low, rounded));
  };
  const drawn = new Map<string, Options>();
  for (let tries = 0; drawn.size < count && tries < patience * count; tries++) {
    const options = Object.fromEntries(Object.entries(space).map(([option, range]) => [option, draw(range)]));
    const key = canonical(options);
    if (!drawn.has(key)) drawn.set(key, options);
  }
  return [...drawn.values()];
}
