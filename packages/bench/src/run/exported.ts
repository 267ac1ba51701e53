import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Manifest } from "./manifest.ts";

/** What Node's `import` of a package follows; the types and sources that are exported besides are not what runs. */
const conditions = new Set(["node", "import", "module-sync", "default"]);

/**
 * Where a package says that its benchmarks are: the targets of `./bench`, `./bench/NAME` and `./bench/*` among its exports, such as
 * `./dist/bench/*.js`. Those that Node would refuse, for they lead out of the package, are left out.
 */
export const benchmarkTargets = ({ exports }: Manifest): string[] =>
  isRecord(exports) ? targetsOf(Object.entries(exports).filter(([key]) => /^\.\/bench(\/|$)/.test(key))) : [];

/** The targets of all that a package exports, or its main file where it says nothing of exports. */
export function allTargets({ exports, main = "index.js" }: Manifest): string[] {
  if (exports === undefined || exports === null) return [`./${main.replace(/^\.?\//, "")}`];
  const paths = isRecord(exports) ? Object.entries(exports) : [];
  // Without paths it is one target, or the conditions of one.
  const entries = paths.some(([key]) => key.startsWith(".")) ? paths : [[".", exports] as const];
  return targetsOf(entries.filter(([key]) => key !== "./package.json"));
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const targetsOf = (entries: readonly (readonly [key: string, target: unknown])[]): string[] =>
  entries
    .flatMap(([, target]) => resolved(target) ?? [])
    .filter(
      (target) => target.startsWith("./") && !/(^|[/\\])(\.\.|node_modules)([/\\]|$)/.test(target.slice(2)),
    );

/** The first target whose conditions hold, as Node chooses it. */
function resolved(target: unknown): string | null {
  if (typeof target === "string") return target;
  if (!isRecord(target)) return null;
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

/** The folders of a package in which all lies that such targets run, below its root; "." when one lies there itself. */
export function builtFolders(targets: readonly string[]): string[] {
  const folders = targets
    .map((target) => target.slice(2).split("/"))
    .map(([first = ".", ...rest]) => (rest.length > 0 && !first.includes("*") ? first : "."));
  return folders.includes(".") ? ["."] : [...new Set(folders)].sort();
}
