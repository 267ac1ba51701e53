import { BenchError } from "./error.ts";

/**
 * Loads an optional package.
 *
 * @param what who needs which package. @param install how it is installed.
 * @throws BenchError "missing-package" when it is not installed beside this package.
 */
export async function optional<T>(load: () => Promise<T>, what: string, install: string): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    throw new BenchError("missing-package", `${what}, is not installed: ${install}.`, error);
  }
}
