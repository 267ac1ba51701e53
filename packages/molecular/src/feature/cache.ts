import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** What a cached block is a function of: any difference gives another file. */
export interface CacheKey {
  /** What was computed, with its settings, such as `morgan-2-2048`. */
  readonly kind: string;
  /** Raised when the code that computes it changes its results. */
  readonly version: number;
  readonly rdkit: string;
  /** The molecules, in order. */
  readonly smiles: readonly string[];
}

/** `directory`, else `$OUTRIGGER_CACHE`, else `~/.cache/outrigger`. */
export const cacheDirectory = (directory?: string): string =>
  directory ?? process.env["OUTRIGGER_CACHE"] ?? join(homedir(), ".cache", "outrigger");

const MAGIC = "outrigger-features-1\n";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

const pathOf = (key: CacheKey, directory?: string): string =>
  join(cacheDirectory(directory), "features", `${key.kind}-${sha256(JSON.stringify(key))}.bin`);

/** The bytes that were stored, or null when there are none or when they are damaged. */
export async function readCache(key: CacheKey, directory?: string): Promise<Uint8Array | null> {
  const stored = await readFile(pathOf(key, directory)).catch(() => null);
  const start = MAGIC.length + 64;
  if (!stored || stored.length < start || stored.toString("latin1", 0, MAGIC.length) !== MAGIC) return null;
  // A copy, because typed arrays of wider elements need an aligned start.
  const body = Uint8Array.from(stored.subarray(start));
  return sha256(body) === stored.toString("latin1", MAGIC.length, start) ? body : null;
}

/**
 * Stores bytes under the key: written beside the place and renamed into it, so that a reader or a crash never meets half a file.
 * Resolves to the error if the disk refused (full, read-only): a cache is a convenience, and the caller has the values anyway.
 */
export async function writeCache(key: CacheKey, body: Uint8Array, directory?: string): Promise<Error | null> {
  const path = pathOf(key, directory);
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, Buffer.concat([Buffer.from(MAGIC + sha256(body), "latin1"), body]));
    await rename(draft, path);
    return null;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    return error as Error;
  }
}
