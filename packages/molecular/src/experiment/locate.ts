import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { OutriggerError } from "@outrigger/core/error";
import { cacheDirectory } from "../cache.ts";
import type { MoleculeSource } from "../sources.ts";

/** Folders in which a dataset may lie: `$OUTRIGGER_DATA/molecular` (which `--data` sets), then the cache's `molecular`. */
function folders(): string[] {
  const data = process.env["OUTRIGGER_DATA"];
  return [...(data ? [join(data, "molecular")] : []), join(cacheDirectory(), "molecular")];
}

/** Where a dataset's file is, or null. Looks only; never downloads. */
export const locate = ({ file }: MoleculeSource): string | null =>
  folders()
    .map((folder) => join(folder, file))
    .find((path) => existsSync(path)) ?? null;

/** `true`, or why the dataset cannot be read here and what to do about it. */
export function availability(source: MoleculeSource): true | string {
  if (locate(source) !== null) return true;
  const place = folders()[0];
  return `${source.file} was not found. Download ${source.url} to ${place}, or point --data or OUTRIGGER_DATA to the folder above it.`;
}

/**
 * A dataset's path and checksum.
 *
 * @throws OutriggerError `missing-data` when it is in none of the folders, `checksum` when it is another file than the one that this
 *   package's numbers were made with
 */
export async function requireSource(source: MoleculeSource): Promise<{ path: string; sha256: string }> {
  const path = locate(source);
  if (path === null) {
    throw new OutriggerError("missing-data", String(availability(source)), {
      file: source.file,
      url: source.url,
    });
  }
  const sha256 = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  if (sha256 === source.sha256) return { path, sha256 };
  const said = `${path} has sha256 ${sha256}, not ${source.sha256}: it is damaged or another version. Download ${source.url} again.`;
  throw new OutriggerError("checksum", said, { path, sha256, expected: source.sha256 });
}
