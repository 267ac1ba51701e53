import { optional } from "../optional.ts";

/**
 * Loads a part of `@outrigger/core`, an optional peer.
 *
 * @throws BenchError "missing-package" when it is not installed beside this package.
 */
export const fromCore = <T>(load: () => Promise<T>): Promise<T> =>
  optional(load, "@outrigger/core, which this command needs", "npm install @outrigger/core");
