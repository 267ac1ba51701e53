import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Bytes of the tarballs in a folder that npm had as its cache: what an installation downloaded, without the registry's answers about versions. */
export function downloaded(cache: string): number {
  const folder = join(cache, "_cacache/content-v2");
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
    .filter(isGzip)
    .reduce((sum, { length }) => sum + length, 0);
}

/** Tarballs are; what else npm keeps is JSON. */
const isGzip = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;
