import { platform } from "#platform";
import { OutriggerError } from "../error.ts";
import { sha256Of } from "./checksum.ts";
import { type Download, type DownloadProgress, download } from "./download.ts";

const { fs, os, path: paths } = platform;

/** One public file of a domain. */
export interface DataFile extends Download {
  /** Folder below the data directory, such as `molecular`. */
  readonly domain: string;
  /** File name, such as `delaney-processed.csv`. */
  readonly file: string;
}

export interface FindOptions {
  /** Looked in first; what `--data DIR` sets. */
  readonly directory?: string;
  /** Whether a download may be tried. Default true. */
  readonly download?: boolean;
  readonly progress?: DownloadProgress;
  /** Default: the process's. `OUTRIGGER_DATA` and `OUTRIGGER_CACHE` are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Where downloads and computed features are kept: `$OUTRIGGER_CACHE`, else `~/.cache/outrigger`. */
export const cacheDirectory = (env: FindOptions["env"] = platform.env): string =>
  env.OUTRIGGER_CACHE || paths.join(os.homedir(), ".cache", "outrigger");

/** Names come from data sets' descriptions: none may lead out of the folder. */
function checkNames(names: Pick<DataFile, "domain" | "file">): void {
  for (const [part, name] of Object.entries(names)) {
    const inside = !paths.isAbsolute(name) && !name.split(/[\\/]/).includes("..");
    if (inside && name !== "" && !name.includes("\0")) continue;
    throw new OutriggerError(
      "bad-option",
      `The ${part} ${JSON.stringify(name)} of a data file leads out of the data folder: give a plain name.`,
      { [part]: name },
    );
  }
}

/**
 * The path of `<domain>/<file>` if it is in the directory given, in `$OUTRIGGER_DATA` or in the cache (in this order), unread;
 * undefined if it is in none.
 *
 * @throws OutriggerError "bad-option" for names that lead out of these folders.
 */
export function locate(
  { domain, file }: Pick<DataFile, "domain" | "file">,
  options: FindOptions = {},
): string | undefined {
  checkNames({ domain, file });
  const { directory, env = platform.env } = options;
  const folders = [directory, env.OUTRIGGER_DATA, cacheDirectory(env)];
  return folders
    .flatMap((folder) => (folder ? [paths.join(folder, domain, file)] : []))
    .find((path) => fs.existsSync(path));
}

/**
 * The path of a data file whose checksum is right: from the directory given, `$OUTRIGGER_DATA`, the cache, or else downloaded
 * into the cache.
 *
 * @throws OutriggerError "checksum" if a copy or the download has other contents; if there is no copy, "download" when that
 * fails and "missing-data" when it is not wanted, naming file, address and folder; "disk" if the download cannot be stored.
 *
 * @example
 * const path = await findData({ domain: "molecular", file: "delaney-processed.csv", url, sha256 });
 */
export async function findData(source: DataFile, options: FindOptions = {}): Promise<string> {
  const { domain, file, url, sha256 } = source;
  const found = locate(source, options);
  if (found !== undefined) {
    const actual = await sha256Of(found);
    if (actual === sha256.toLowerCase()) return found;
    throw new OutriggerError(
      "checksum",
      `${found} is not the expected file: its sha256 is ${actual}, expected ${sha256}. Delete it and run again, or fetch it anew from ${url}.`,
      { path: found, expected: sha256, found: actual },
    );
  }
  const path = paths.join(cacheDirectory(options.env), domain, file);
  if (options.download !== false) {
    await download(source, path, options.progress);
    return path;
  }
  throw missingData(file, url, path);
}

function missingData(file: string, url: string, path: string): OutriggerError {
  return new OutriggerError(
    "missing-data",
    `There is no copy of ${file} and downloads are off. Fetch ${url} yourself and store it as ${path}, or set OUTRIGGER_DATA to a folder that has it.`,
    { file, url, path },
  );
}
