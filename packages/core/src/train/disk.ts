import { platform } from "#platform";
import { OutriggerError } from "../error.ts";

const { fs, path: paths } = platform;

const causes: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space",
  EDQUOT: "your disk quota is used up. Free some space",
  EACCES: "you may not write there. Choose another directory",
  EROFS: "the file system is read-only. Choose another directory",
};

/** A failed write as a typed error that says what to do. */
export function diskError(path: string, error: unknown): OutriggerError {
  const { code = "unknown", message } = error as NodeJS.ErrnoException;
  const cause = causes[code] ?? `${message}. Check the directory`;
  return new OutriggerError(
    "disk",
    `Could not write ${path}: ${cause}, then run again.`,
    { path, code },
    error,
  );
}

/** Removes a file where that can be done; what failed before, or was done, is what counts. */
export function removeQuietly(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {
    return;
  }
}

/**
 * Replaces a file as one unit: the chunks are written to `path.tmp`, forced to the disk and renamed. Whatever happens, `path` holds
 * the old bytes or the new ones.
 *
 * @throws OutriggerError "disk"; the old file is then untouched and the temporary one removed.
 */
export function replaceFile(path: string, chunks: Iterable<Uint8Array>): void {
  const temporary = `${path}.tmp`;
  try {
    fs.mkdirSync(paths.dirname(path), { recursive: true });
    const file = fs.openSync(temporary, "w");
    try {
      for (const chunk of chunks) {
        for (let done = 0; done < chunk.length; ) done += fs.writeSync(file, chunk, done);
      }
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw diskError(path, error);
  }
  // The rename itself must survive a power cut too; not every file system lets a directory be forced.
  try {
    const folder = fs.openSync(paths.dirname(path), "r");
    try {
      fs.fsyncSync(folder);
    } finally {
      fs.closeSync(folder);
    }
  } catch {
    return;
  }
}
