import { BenchError } from "../error.ts";

/**
 * Loads a part of `@outrigger/core`, an optional peer.
 *
 * @throws BenchError "missing-package" when it is not installed beside this package.
 */
export async function fromCore<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const said = "@outrigger/core, which this command needs, is not installed";
    throw new BenchError("missing-package", `${said}: npm install @outrigger/core.`, error);
  }
}
