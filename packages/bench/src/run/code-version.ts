import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Found } from "./discover.ts";
import { allTargets, benchmarkTargets, builtFolders } from "./exported.ts";
import { shortHash } from "./hash.ts";
import { readManifest } from "./manifest.ts";

const code = new Set([".js", ".mjs", ".cjs", ".json", ".wasm", ".node"]);
const own = "@outrigger/bench";

/**
 * What code a trial runs, as a hash: a trial's id holds it, so results of other code are never taken for finished ones, whether or
 * not the change was committed.
 *
 * Hashed are the contents of the built files (.js, .json, .wasm …, no maps, no types) of the package, of every dependency that is
 * linked into the project (workspaces such as `core`), recursively; name and version of the dependencies that came from a registry; and
 * of this runner only the file that runs inside the trial's process, so that a new colour in the report does not void a night of trials.
 *
 * @param root folder of the package. Cost: reads the built files once.
 */
export function codeVersion(root: string): string {
  const parts: (string | Uint8Array)[] = [];
  addPackage(parts, realpathSync(root), builtFolders(benchmarkTargets(readManifest(root))), new Set());
  const here = dirname(fileURLToPath(import.meta.url));
  const extension = extname(fileURLToPath(import.meta.url));
  parts.push(readFileSync(join(here, `worker${extension}`)));
  return shortHash(...parts);
}

/** Whether the built files are still what they were when the benchmark was found. */
export const sameCode = ({ root, codeVersion: found }: Pick<Found, "root" | "codeVersion">): boolean =>
  codeVersion(root) === found;

function addPackage(
  parts: (string | Uint8Array)[],
  root: string,
  built: readonly string[],
  seen: Set<string>,
): void {
  if (seen.has(root)) return;
  seen.add(root);
  for (const file of built.flatMap((folder) => files(join(root, folder)))) {
    parts.push(relative(root, file).split(sep).join("/"), readFileSync(file));
  }
  for (const { name, folder, linked } of dependenciesOf(root)) {
    if (linked) addPackage(parts, folder, libraryFolders(folder), seen);
    else parts.push(`${name}@${readManifest(folder).version ?? ""}`);
  }
}

/** Where the code of a linked dependency lies: what it exports, or `dist` where that names none. */
function libraryFolders(root: string): string[] {
  const targets = allTargets(readManifest(root));
  return targets.length > 0 ? builtFolders(targets) : ["dist"];
}

/** The folders of a package and of every dependency that is linked into the project, recursively. */
export function linkedPackages(root: string): string[] {
  const seen = new Set<string>();
  const add = (folder: string): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    for (const dependency of dependenciesOf(folder)) if (dependency.linked) add(dependency.folder);
  };
  add(realpathSync(root));
  return [...seen];
}

/** The installed packages that one runs, but for this runner; `linked`: the folder is one of a project and no copy from a registry. */
function dependenciesOf(root: string): { name: string; folder: string; linked: boolean }[] {
  const { dependencies, optionalDependencies, peerDependencies } = readManifest(root);
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
    .sort()
    .flatMap((name) => {
      const folder = name === own ? null : installed(name, root);
      return folder === null ? [] : [{ name, folder, linked: !folder.includes(`${sep}node_modules${sep}`) }];
    });
}

/** The real folder of an installed package, looked for in node_modules from `from` upwards. */
export function installed(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name);
    if (existsSync(join(found, "package.json"))) return realpathSync(found);
    if (dirname(folder) === folder) return null;
  }
}

function files(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return (
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && code.has(extname(entry.name)))
      .map((entry) => join(entry.parentPath, entry.name))
      // Below the folder: the package itself may lie in node_modules.
      .filter((file) => !relative(folder, file).split(sep).includes("node_modules"))
      .sort()
  );
}
