/** What went wrong, as a stable word that programs can branch on; the message is for people. */
export type ErrorCode =
  | "bad-option"
  | "bad-data"
  | "bad-file"
  | "bad-model"
  | "broken-contract"
  | "checksum"
  | "disk"
  | "download"
  | "missing-data"
  | "missing-package"
  | "non-finite"
  | "out-of-memory"
  | "unsupported"
  | "trace"
  | "shape";

/**
 * Every error that Outrigger throws on purpose. The message names the value that was wrong and what to do about it.
 *
 * @example
 * try { await fit(model, options) } catch (error) {
 *   if (error instanceof OutriggerError && error.code === "non-finite") lowerTheLearningRate();
 * }
 */
export class OutriggerError extends Error {
  readonly code: ErrorCode;
  /** Facts a program may want: the column, the row number, the kernel, the path. Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "OutriggerError";
    this.code = code;
    this.details = details;
  }
}
