import { OutriggerError } from "@outrigger/core/error";

/** How a predicted answer compares with the right one. Answers are token ids; the right one ends with the end token. */
export interface AnswerScore {
  /** Every token is right, the end included. */
  readonly exact: boolean;
  /** Right tokens in their places over the tokens of the right answer, the end included. */
  readonly tokenAccuracy: number;
  /** Index of the first token that differs; undefined if exact. */
  readonly firstError?: number;
  /** A token before the right answer's end is wrong or missing. */
  readonly wrongToken: boolean;
  /** The prediction has no end token. */
  readonly missingEnd: boolean;
  /** The tokens before the end are not the right ones in whatever order: something was left out, invented or repeated. */
  readonly wrongMultiset: boolean;
}

/**
 * Compares a predicted answer with the right one, place by place.
 *
 * The prediction is generated, up to its end token, or teacher-forced (the most likely token after each right prefix). `exact` is the same
 * for both, because the first wrong token comes after the same prefix; `tokenAccuracy` is not, so say which. Tokens behind the right
 * answer's last place are not looked at; the multiset is that of the tokens before the prediction's first end.
 *
 * @param end the end token.
 * @throws OutriggerError `bad-data` if the right answer has not its only end token at its end.
 * Cost: O(n log n).
 */
export function scoreAnswer(
  predicted: readonly number[],
  right: readonly number[],
  end: number,
): AnswerScore {
  if (right.length === 0 || right.indexOf(end) !== right.length - 1)
    throw new OutriggerError("bad-data", `The right answer must end with its only end token ${end}.`, {
      right,
    });
  const stop = predicted.indexOf(end);
  const emitted = stop < 0 ? predicted : predicted.slice(0, stop);
  const agree = right.map((token, i) => token === predicted[i]);
  const exact = agree.every(Boolean);
  const sorted = (tokens: readonly number[]) => [...tokens].sort((a, b) => a - b).join(" ");
  return {
    exact,
    tokenAccuracy: agree.filter(Boolean).length / right.length,
    ...(!exact && { firstError: agree.indexOf(false) }),
    wrongToken: agree.slice(0, -1).includes(false),
    missingEnd: stop < 0,
    wrongMultiset: sorted(emitted) !== sorted(right.slice(0, -1)),
  };
}
