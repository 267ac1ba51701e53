import { RlGvfError } from "../error.ts";

/** Scores of one game. */
export interface ReferenceScores {
  /** Of uniformly random actions. */
  readonly random: number;
  /** Of a human player. */
  readonly human: number;
}

/**
 * Human-normalised score (s - random)/(human - random): 0 is as good as random actions, 1 as good as the human.
 *
 * The reference scores are the caller's: those in use differ between papers, so a table must name its source. Dopamine's are in its
 * `labs/atari_100k/normalization_utils.py` (https://github.com/google/dopamine).
 *
 * @throws RlGvfError `non-finite` if a score is not finite, `bad-option` if both references are equal.
 */
export function humanNormalised(score: number, { random, human }: ReferenceScores): number {
  for (const [name, value] of Object.entries({ score, random, human })) {
    if (!Number.isFinite(value))
      throw new RlGvfError("non-finite", `The ${name} score must be finite, not ${value}.`);
  }
  if (human !== random) return (score - random) / (human - random);
  throw new RlGvfError(
    "bad-option",
    `The human score equals that of random actions, ${human}: nothing lies between.`,
  );
}
