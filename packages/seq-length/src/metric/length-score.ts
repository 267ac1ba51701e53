import { OutriggerError } from "@outrigger/core/error";
import type { AnswerScore } from "./answer-score.ts";
import { type Interval, wilsonInterval } from "./wilson.ts";

/** The scores of one model at one length. Rates are over `sequences`. */
export interface LengthScore {
  readonly length: number;
  readonly sequences: number;
  readonly exactMatch: number;
  /** Wilson's interval of the exact-match rate at 95 %: of this model over sequences, not over seeds. */
  readonly interval: Interval;
  /** Mean over sequences of the share of right tokens. */
  readonly tokenAccuracy: number;
  /** Share of sequences with each kind of error; one sequence may have several. */
  readonly errors: {
    readonly wrongToken: number;
    readonly missingEnd: number;
    readonly wrongMultiset: number;
  };
  /** Median index of the first wrong token among the sequences that have one; undefined without errors. */
  readonly firstError?: number;
}

/**
 * The scores of the answers of one length together.
 *
 * @throws OutriggerError `bad-data` without answers.
 * Cost: O(n log n) for n answers.
 */
export function summarizeLength(length: number, scores: readonly AnswerScore[]): LengthScore {
  const sequences = scores.length;
  if (sequences === 0)
    throw new OutriggerError("bad-data", `There are no answers of length ${length} to score.`);
  const share = (holds: (score: AnswerScore) => boolean) => scores.filter(holds).length / sequences;
  const exact = scores.filter((score) => score.exact).length;
  const first = scores.flatMap(({ firstError }) => firstError ?? []).sort((a, b) => a - b);
  const middle = (first.length - 1) / 2;
  return {
    length,
    sequences,
    exactMatch: exact / sequences,
    interval: wilsonInterval(exact, sequences),
    tokenAccuracy: scores.reduce((sum, { tokenAccuracy }) => sum + tokenAccuracy, 0) / sequences,
    errors: {
      wrongToken: share(({ wrongToken }) => wrongToken),
      missingEnd: share(({ missingEnd }) => missingEnd),
      wrongMultiset: share(({ wrongMultiset }) => wrongMultiset),
    },
    ...(first.length > 0 && { firstError: (first[Math.floor(middle)]! + first[Math.ceil(middle)]!) / 2 }),
  };
}
