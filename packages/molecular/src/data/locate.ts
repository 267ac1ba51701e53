import { join } from "node:path";
import type { DownloadProgress } from "@outrigger/core/data/download";
import { cacheDirectory, findData, locate } from "@outrigger/core/data/source";
import type { MoleculeSource } from "./sources.ts";

const DOMAIN = "molecular";

/** `true`, or why the dataset cannot be read here and what to do about it. Looks only; never downloads. */
export function availability({ file, url }: MoleculeSource): true | string {
  if (locate({ domain: DOMAIN, file }) !== undefined) return true;
  const place = join(process.env["OUTRIGGER_DATA"] || cacheDirectory(), DOMAIN);
  return `${file} was not found. Download ${url} to ${place}, or point --data or OUTRIGGER_DATA to a folder that has ${DOMAIN}/${file}.`;
}

export interface LocateOptions {
  /** Folder with a `molecular` directory that is looked in first; what `--data` sets. */
  readonly data?: string;
  /** Whether a file that is nowhere may be fetched into the cache; default false: nothing is downloaded unasked. */
  readonly download?: boolean;
  /** Hears of the bytes that arrive. */
  readonly onDownload?: DownloadProgress;
}

/**
 * A dataset's path, from the folder given, `$OUTRIGGER_DATA` or the cache, with its checksum compared; downloaded only when that is
 * asked for.
 *
 * @throws OutriggerError `missing-data` when it is nowhere and may not be fetched, `download` when fetching fails, `checksum` when
 *   it is another file than the one that this package's numbers were made with
 */
export const requireSource = (
  { file, url, sha256 }: MoleculeSource,
  { data, download = false, onDownload }: LocateOptions = {},
): Promise<string> =>
  findData(
    { domain: DOMAIN, file, url, sha256 },
    {
      download,
      ...(data !== undefined && { directory: data }),
      ...(onDownload && { progress: onDownload }),
    },
  );
