import { join } from "node:path";
import { cacheDirectory, findData, locate } from "@outrigger/core/data/source";
import type { MoleculeSource } from "./sources.ts";

const DOMAIN = "molecular";

/** `true`, or why the dataset cannot be read here and what to do about it. Looks only; never downloads. */
export function availability({ file, url }: MoleculeSource): true | string {
  if (locate({ domain: DOMAIN, file }) !== undefined) return true;
  const place = join(process.env["OUTRIGGER_DATA"] || cacheDirectory(), DOMAIN);
  return `${file} was not found. Download ${url} to ${place}, or point --data or OUTRIGGER_DATA to a folder that has ${DOMAIN}/${file}.`;
}

/**
 * A dataset's path, from `$OUTRIGGER_DATA` (which `--data` sets) or the cache, with its checksum compared; no download, because a
 * benchmark is asked whether its data is there before it is run.
 *
 * @throws OutriggerError `missing-data` when it is in neither, `checksum` when it is another file than the one that this package's
 *   numbers were made with
 */
export const requireSource = ({ file, url, sha256 }: MoleculeSource): Promise<string> =>
  findData({ domain: DOMAIN, file, url, sha256 }, { download: false });
