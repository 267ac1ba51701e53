import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export interface InstalledSize {
  /** Bytes of all files, before a file system rounds them up. */
  readonly installed: number;
  readonly packages: number;
  readonly files: readonly string[];
}

/** What lies in a `node_modules`; nothing where there is none. */
export function installedSize(folder: string): InstalledSize {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return { installed: 0, packages: 0, files: [] };
  }
  let installed = 0;
  const files = entries.filter((entry) => {
    const status = lstatSync(join(folder, entry));
    if (status.isFile()) installed += status.size;
    return status.isFile();
  });
  return { installed, packages: files.filter(isPackageRoot).length, files };
}

/** Is it `name/package.json` or `@scope/name/package.json`, right in a `node_modules`? */
function isPackageRoot(file: string): boolean {
  if (basename(file) !== "package.json") return false;
  const above = `/${dirname(file)}`.split("/node_modules/").at(-1)!.replace(/^\//, "").split("/");
  return above.length === (above[0]!.startsWith("@") ? 2 : 1);
}
