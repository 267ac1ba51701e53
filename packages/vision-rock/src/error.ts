/** What went wrong, as a stable word that programs can branch on; the message is for people. */
export type VisionRockErrorCode =
  | "bad-box"
  | "bad-file"
  | "bad-option"
  | "bad-score"
  | "checksum"
  | "duplicate-id"
  | "missing-field"
  | "missing-package"
  | "not-finite"
  | "out-of-range"
  | "shape"
  | "stopped"
  | "unknown-category"
  | "unknown-image";

/**
 * Every error that this package throws on purpose. The message names the value that was wrong and what to do about it.
 *
 * @example
 * try { readDetections(json, truth) } catch (error) {
 *   if (error instanceof VisionRockError && error.code === "unknown-image") console.error(error.details);
 * }
 */
export class VisionRockError extends Error {
  readonly code: VisionRockErrorCode;
  /** Facts a program may want: the row, the image id, the path. Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: VisionRockErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "VisionRockError";
    this.code = code;
    this.details = details;
  }
}
