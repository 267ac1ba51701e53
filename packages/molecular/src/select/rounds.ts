import type { Random } from "@outrigger/core/random";

export interface RoundOptions {
  readonly rounds: number;
  /** Most candidates in one question; at least twice `most`, so that some part always loses some. */
  readonly chunk: number;
  /** Most that are left at the end of a round. */
  readonly most: number;
  readonly onProgress?: (line: string) => void;
}

export interface Ranked {
  readonly name: string;
  /** Rounds at whose end the candidate was left. */
  readonly votes: number;
}

/** Parts of at most `size`, as equal as can be. */
function inParts<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  const start = (part: number): number => Math.round((part * items.length) / count);
  return Array.from({ length: count }, (_, part) => items.slice(start(part), start(part + 1)));
}

/**
 * Narrows the candidates in rounds: they are shuffled and asked about in parts, those chosen are shuffled and asked about again, until the last
 * question held them all and left at most `most`. Those have a vote.
 *
 * @param choose the best of some candidates, the best first, at most `most` of them
 * @returns all with a vote, by votes and then by their mean place in the last answers
 */
export async function narrowInRounds(
  names: readonly string[],
  random: Random,
  choose: (part: readonly string[]) => Promise<readonly string[]>,
  options: RoundOptions,
): Promise<Ranked[]> {
  const { rounds, chunk, most, onProgress } = options;
  const shuffled = (items: readonly string[]): string[] =>
    random.permutation(items.length).map((i) => items[i]!);
  const tally = new Map<string, { votes: number; places: number }>();
  for (let round = 1; round <= rounds; round++) {
    let left = shuffled(names);
    for (;;) {
      const parts = inParts(left, chunk);
      onProgress?.(
        `language model: round ${round} of ${rounds}, ${left.length} candidates in ${parts.length} questions`,
      );
      const kept: string[] = [];
      for (const part of parts) kept.push(...(await choose(part)));
      left = kept;
      // Only the order of one answer about all of them is a ranking.
      if (kept.length === 0 || (parts.length === 1 && kept.length <= most)) break;
      left = shuffled(kept);
    }
    for (const [place, name] of left.entries()) {
      const { votes, places } = tally.get(name) ?? { votes: 0, places: 0 };
      tally.set(name, { votes: votes + 1, places: places + place });
    }
  }
  return [...tally]
    .toSorted(([, a], [, b]) => b.votes - a.votes || a.places / a.votes - b.places / b.votes)
    .map(([name, { votes }]) => ({ name, votes }));
}
