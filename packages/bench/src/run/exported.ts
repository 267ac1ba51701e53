import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Manifest } from "./manifest.ts";

/** What Node's `import` of a package follows; the types and sources that are exported besides are not what runs. */
const conditions = new Set(["node", "import", "module-sync", "default"]);

/**
 * Where a package says that its benchmarks are: the targets of `./bench`, `./bench/NAME` and `./bench/*` among its exports, such as
 * `./dist/bench/*.js`. Those that Node would refuse, for they lead out of the package, are left out.
 */
export function benchmarkTargets({ exports }: Manifest): string[] {
  if (exports === null || typeof exports !== "object" || Array.isArray(exports)) return [];
  return Object.entries(exports)
    .filter(([key]) => /^\.\/bench(\/|$)/.test(key))
    .flatMap(([, target]) => resolved(target) ?? [])
    .filter(
      (target) => target.startsWith("./") && !/(^|[/\\])(\.\.|node_modules)([/\\]|$)/.test(target.slice(2)),
    );
}

/** The first target whose conditions hold, as Node chooses it. */
function resolved(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (target === null || typeof target !== "object" || Array.isArray(target)) return null;
  for (const [condition, inner] of Object.entries(target)) {
    const found = conditions.has(condition) ? resolved(inner) : null;
    if (found !== null) return found;
  }
  return null;
}

/** The compiled files of such targets; `*` stands for the name of a file, not for folders. */
export function exportedFiles(root: string, targets: readonly string[]): string[] {
  const files = targets.flatMap((target) => {
    const folder = join(root, dirname(target));
    const [before = "", after] = basename(target).split("*");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names
      .filter((name) => /\.m?js$/.test(name))
      .filter((name) =>
        after === undefined ? name === before : name.startsWith(before) && name.endsWith(after),
      )
      .map((name) => join(folder, name));
  });
  return [...new Set(files)].sort();
}

/** The folders of a package in which all lies that its benchmarks run, below its root; "." when a benchmark lies there itself. */
export function builtFolders(targets: readonly string[]): string[] {
  const folders = targets
    .map((target) => target.slice(2).split("/"))
    .map((parts) => (parts.length > 1 ? (parts[0] ?? ".") : "."));
  return folders.includes(".") ? ["."] : [...new Set(folders)].sort();
}
