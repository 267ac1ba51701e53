import { pairedDifferences } from "../statistics/paired.ts";
import type { Line } from "./summary.ts";

/**
 * Gain of every seed that both rows have: g_s = s (M_s - B_s) / |IQM of B|, s = 1 where more is better and -1 where less is. A share:
 * 0.05 is five per cent better. Pairing removes what both share; one denominator for all seeds keeps a single lucky seed of the reference from
 * dividing by next to nothing.
 *
 * @returns an empty list where the reference's IQM is 0 or not finite: nothing is relative to it.
 */
export function gains(line: Line, reference: Line, better: "lower" | "higher"): number[] {
  const scale = Math.abs(reference.center);
  if (!(scale > 0) || !Number.isFinite(scale)) return [];
  const sign = better === "higher" ? 1 : -1;
  return pairedDifferences(line.values, reference.values).map((difference) => (sign * difference) / scale);
}
