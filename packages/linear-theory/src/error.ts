/** What went wrong, as a stable word that programs can branch on; the message is for people. */
export type LinearTheoryErrorCode =
  | "bad-option"
  | "bad-data"
  | "bad-file"
  | "bad-problem"
  | "infinite-risk"
  | "non-finite"
  | "not-converged"
  | "shape"
  | "singular";

/**
 * Every error that this package throws on purpose. The message names the value that was wrong and what to do about it.
 *
 * @example
 * try { singleTaskRisk(problem) } catch (error) {
 *   if (error instanceof LinearTheoryError && error.code === "infinite-risk") useRidge();
 * }
 */
export class LinearTheoryError extends Error {
  readonly code: LinearTheoryErrorCode;
  /** Facts a program may want: the task, the row number, the path. Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: LinearTheoryErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "LinearTheoryError";
    this.code = code;
    this.details = details;
  }
}
