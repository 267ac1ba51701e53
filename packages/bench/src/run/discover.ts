import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Benchmark, defineBenchmark } from "../benchmark.ts";
import { BenchError } from "../error.ts";
import { codeVersion, installed } from "./code-version.ts";
import { benchmarkTargets, exportedFiles } from "./exported.ts";
import { type Manifest, readManifest } from "./manifest.ts";

export const keyword = "outrigger-benchmark";

/** A benchmark and where it came from. */
export interface Found {
  readonly benchmark: Benchmark;
  /** The compiled file whose default export it is. */
  readonly file: string;
  readonly package: string;
  readonly packageVersion: string;
  /** The package's own folder, and in it `results`, the folder of committed reference rows. */
  readonly root: string;
  readonly reference: string;
  readonly codeVersion: string;
}

/**
 * Finds the benchmarks of a project: every compiled file that is exported as `./bench/*` (or `./bench`, or `./bench/NAME`) by the project
 * itself, its workspaces and its direct dependencies, where the keywords of the package.json contain `outrigger-benchmark`. A benchmark is
 * code that will run here, so nothing else is loaded, and nothing from dependencies of dependencies.
 *
 * @param from a folder of the project; the nearest package.json with workspaces above it is the project's root, else the nearest one.
 * @throws BenchError "not-built" when no such file is there, "bad-benchmark" when a file exports none or two share a name,
 *   "nothing-to-run" when there is no package.json.
 */
export async function discover(from: string): Promise<Found[]> {
  const root = projectRoot(from);
  const found: Found[] = [];
  for (const folder of packages(root)) found.push(...(await benchmarksOf(folder)));
  const byName = new Map<string, Found>();
  for (const entry of found) {
    const other = byName.get(entry.benchmark.name);
    if (other) {
      throw new BenchError(
        "bad-benchmark",
        `Two files export a benchmark "${entry.benchmark.name}": ${other.file} and ${entry.file}. Rename one.`,
      );
    }
    byName.set(entry.benchmark.name, entry);
  }
  return [...byName.values()].sort((a, b) => (a.benchmark.name < b.benchmark.name ? -1 : 1));
}

/** The nearest folder upwards whose package.json has workspaces, else the nearest with a package.json. */
export function projectRoot(from: string): string {
  let nearest: string | null = null;
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) {
      nearest ??= folder;
      if (readManifest(folder).workspaces) return folder;
    }
    if (dirname(folder) === folder) break;
  }
  if (nearest === null) {
    throw new BenchError(
      "nothing-to-run",
      `There is no package.json in ${from} or above it. Run this inside a project that depends on a benchmark package.`,
    );
  }
  return nearest;
}

function packages(root: string): string[] {
  const { workspaces } = readManifest(root);
  const patterns = Array.isArray(workspaces) ? workspaces : (workspaces?.packages ?? []);
  const own = [root, ...patterns.flatMap((pattern) => expand(root, pattern.split("/")))];
  const all = new Set(own);
  for (const folder of own) {
    const { dependencies, devDependencies, optionalDependencies } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
      const place = installed(name, folder);
      if (place !== null) all.add(place);
    }
  }
  return [...all].filter((folder) => isBenchmarkPackage(readManifest(folder)));
}

const isBenchmarkPackage = (manifest: Manifest): boolean => manifest.keywords?.includes(keyword) ?? false;

/** Folders with a package.json that match a workspace pattern such as "packages/*", segment by segment. */
function expand(folder: string, [segment, ...rest]: readonly string[]): string[] {
  if (segment === undefined) return existsSync(join(folder, "package.json")) ? [folder] : [];
  if (segment === "." || segment === "") return expand(folder, rest);
  if (!segment.includes("*")) return expand(join(folder, segment), rest);
  if (!existsSync(folder)) return [];
  const like = new RegExp(`^${segment.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*")}$`);
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "node_modules" && like.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .flatMap((name) => expand(join(folder, name), rest));
}

async function benchmarksOf(root: string): Promise<Found[]> {
  const manifest = readManifest(root);
  const { name = basename(root), version = "0.0.0" } = manifest;
  // It names the folder of the results.
  if (!/^(@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*$/.test(name))
    throw new BenchError(
      "bad-benchmark",
      `${root}/package.json has the name ${JSON.stringify(name)}, which is none that npm allows. Rename the package.`,
    );
  const targets = benchmarkTargets(manifest);
  if (targets.length === 0) {
    throw new BenchError(
      "bad-benchmark",
      `${name} has the keyword "${keyword}" but exports no benchmark: no "exports": { "./bench/*": "./dist/bench/*.js" } in ${root}/package.json.`,
    );
  }
  const files = exportedFiles(root, targets);
  if (files.length === 0) {
    throw new BenchError(
      "not-built",
      `${name} has no compiled benchmark at ${targets.join(", ")} in ${root}. Build it first: npm run build.`,
    );
  }
  const code = codeVersion(root);
  const found: Found[] = [];
  for (const file of files) {
    found.push({
      benchmark: await load(file),
      file,
      package: name,
      packageVersion: version,
      root,
      reference: join(root, "results"),
      codeVersion: code,
    });
  }
  return found;
}

/** Imports one file and checks that its default export is a benchmark. */
export async function load(file: string): Promise<Benchmark> {
  const module = (await import(pathToFileURL(file).href)) as { default?: Partial<Benchmark> };
  const benchmark = module.default;
  if (typeof benchmark?.run !== "function" || typeof benchmark.arms !== "function" || !benchmark.metric) {
    throw new BenchError(
      "bad-benchmark",
      `${file} has no benchmark as its default export. Write: export default defineBenchmark({ … }), and keep helpers elsewhere.`,
    );
  }
  return defineBenchmark(benchmark as Benchmark);
}
