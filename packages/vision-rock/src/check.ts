import { VisionRockError } from "./error.ts";

/**
 * Refuses numbers that are no positive whole number, with the part's and the option's name.
 *
 * @throws VisionRockError `bad-option`
 */
export function requireCounts(part: string, counts: Readonly<Record<string, number>>): void {
  for (const [option, count] of Object.entries(counts)) {
    if (Number.isInteger(count) && count > 0) continue;
    const said = `${part}: ${option} is ${count}; give a whole number from 1 on.`;
    throw new VisionRockError("bad-option", said, counts);
  }
}
