/** What went wrong, as a stable word that programs can branch on. */
export type BenchErrorCode =
  | "bad-benchmark"
  | "bad-option"
  | "bad-results"
  | "bad-trial"
  | "bad-values"
  | "disk"
  | "export-failed"
  | "in-use"
  | "missing-package"
  | "no-font"
  | "not-built"
  | "nothing-to-run"
  | "other-version"
  | "queue"
  | "trial-failed";

/** Every error that the runner throws on purpose; the message names the value that was wrong and what to do about it. */
export class BenchError extends Error {
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "BenchError";
    this.code = code;
  }
}
