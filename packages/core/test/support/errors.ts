import { OutriggerError } from "@outrigger/core/error";

function checked(error: unknown): OutriggerError {
  if (error instanceof OutriggerError) return error;
  throw new Error(`not an OutriggerError: ${String(error)}`);
}

/** The typed error that `f` throws; anything else, or nothing, fails the test. */
export function thrown(f: () => unknown): OutriggerError {
  try {
    f();
  } catch (error) {
    return checked(error);
  }
  throw new Error("nothing was thrown");
}

/** The typed error that a promise is rejected with; anything else, or nothing, fails the test. */
export async function refused(promise: Promise<unknown>): Promise<OutriggerError> {
  return checked(
    await promise.then(
      () => "nothing was thrown",
      (error: unknown) => error,
    ),
  );
}
