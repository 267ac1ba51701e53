/** What went wrong, as a stable word that programs can branch on; the message is for people. */
export type RlGvfErrorCode =
  | "bad-action"
  | "bad-option"
  | "bad-state"
  | "bridge-environment"
  | "bridge-exit"
  | "bridge-protocol"
  | "bridge-timeout"
  | "bridge-version"
  | "episode-over"
  | "missing-package"
  | "non-finite"
  | "shape"
  | "singular";

/**
 * Every error that this package throws on purpose. The message names the value that was wrong and what to do about it.
 *
 * @example
 * try { await bridge.step(actions, batch) } catch (error) {
 *   if (error instanceof RlGvfError && error.code === "bridge-exit") await bridge.restart();
 * }
 */
export class RlGvfError extends Error {
  readonly code: RlGvfErrorCode;
  /** Facts a program may want: the action, the exit code, a traceback. Plain JSON. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: RlGvfErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "RlGvfError";
    this.code = code;
    this.details = details;
  }
}
