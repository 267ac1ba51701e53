import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { VisionRockError } from "../error.ts";

/** md5 of `nyu_depth_v2_labeled.mat`, 2,972,037,809 bytes. */
export const NYU_MD5 = "520609c519fba3ba5ac58c8fefcc3530";

/**
 * Compares a file's md5. Cost: reading it, some 5 s for 3 GB once it is on a fast disk.
 *
 * @param onBytes told how many bytes are read, of how many.
 * @throws VisionRockError "checksum", and "stopped" when the signal says so.
 */
export async function checkMd5(
  path: string,
  expected: string,
  { onBytes, signal }: { onBytes?: (done: number, total: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const { size } = await stat(path);
  const hash = createHash("md5");
  let done = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 22 })) {
    if (signal?.aborted) throw new VisionRockError("stopped", "Stopped while checking the file.");
    hash.update(piece as Buffer);
    done += (piece as Buffer).length;
    onBytes?.(done, size);
  }
  const found = hash.digest("hex");
  if (found === expected) return;
  throw new VisionRockError(
    "checksum",
    `${path} (${size} bytes) has the md5 ${found}, not ${expected}. Download it again, or pass --no-checksum (checksum: null) if you know why it differs.`,
    { path, found, expected, size },
  );
}
