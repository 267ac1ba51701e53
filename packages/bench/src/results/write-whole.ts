import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BenchError } from "../error.ts";

/**
 * Writes a file as a whole, by way of a temporary file, so that readers see the old one or the new; makes its folder if need be.
 *
 * @throws BenchError "disk" when it cannot be written; the old one is left, and no temporary file is.
 */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(temporary, content);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw new BenchError(
      "disk",
      `${path} cannot be written: ${(error as Error).message}. Mend this, or give another place.`,
      error,
    );
  }
}
