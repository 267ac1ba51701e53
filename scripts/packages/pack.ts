import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const root: string = join(import.meta.dirname, "../..");

/** A packed package, as it would lie in the registry. */
export interface Tarball {
  /** Folder in `packages`, such as `rl-gvf`. */
  readonly folder: string;
  /** Path of the .tgz file. */
  readonly path: string;
  readonly bytes: number;
  /** Paths inside of it, relative to the package. */
  readonly files: readonly string[];
}

/** Folders of all packages, in alphabetical order. */
export const packageFolders = (): string[] => readdirSync(join(root, "packages")).sort();

/** A package.json of this repository, by folder. */
export function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8")) as Manifest;
}

export interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Packs every package into `destination`; they must be built. Runs no script of theirs. */
export async function packAll(destination: string): Promise<Tarball[]> {
  const folders = packageFolders();
  const workspaces = folders.map((folder) => `--workspace=packages/${folder}`);
  const { stdout } = await run(
    "npm",
    [
      "pack",
      "--json",
      "--ignore-scripts",
      "--loglevel=error",
      "--pack-destination",
      destination,
      ...workspaces,
    ],
    { cwd: root, maxBuffer: 1 << 26 },
  );
  // npm 10 answers with a list, npm 11 with an object by name.
  const packed = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  return folders.map((folder) => {
    const { name } = manifestOf(folder);
    const found = packed.find((each) => each.name === name);
    if (found === undefined) throw new Error(`npm pack said nothing of ${name}.`);
    const { filename, size, files } = found;
    return { folder, path: join(destination, filename), bytes: size, files: files.map(({ path }) => path) };
  });
}

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}
