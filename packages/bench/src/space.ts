import { type Json, jsonError } from "./json.ts";

/** The values that one option may take. */
export type Range =
  | { readonly values: readonly Json[] }
  | {
      readonly low: number;
      readonly high: number;
      /** `log`: every factor is as likely as every other; for learning rates and weights. Default: linear. */
      readonly scale?: "linear" | "log";
      /** Whole numbers only, with both ends, which must be whole too. Linear: all are as likely; log: n by log((n + 1) / n). */
      readonly whole?: boolean;
    };

/** What `outrigger tune` may choose: the range of each option. */
export type Space = { readonly [option: string]: Range };

/** Why a space cannot be searched; null when it can. */
export function spaceError(space: Space): string | null {
  for (const [option, range] of Object.entries(space)) {
    const wrong = (what: string) => `space.${option} ${what}`;
    if ("values" in range) {
      if (range.values.length === 0) return wrong("has no values");
      const foreign = jsonError(range.values, `space.${option}.values`);
      if (foreign !== null) return `${foreign}, which JSON cannot hold`;
      continue;
    }
    const { low, high, scale, whole } = range;
    if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
      return wrong(`runs from ${low} to ${high}; give two finite numbers, the lower first`);
    if (whole && !(Number.isInteger(low) && Number.isInteger(high)))
      return wrong(`runs from ${low} to ${high}; give whole numbers, or leave out whole`);
    if (scale === "log" && low <= 0) return wrong(`starts at ${low}; a log scale needs numbers above 0`);
  }
  return Object.keys(space).length === 0 ? "space has no option" : null;
}
