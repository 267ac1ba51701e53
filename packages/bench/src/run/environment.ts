import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, release, type } from "node:os";
import { join } from "node:path";
import type { Machine } from "../results/row.ts";
import { linkedPackages } from "./code-version.ts";
import { gitText } from "./git.ts";

/** Provenance that all trials of one run and package share; without git the code version still tells the code apart. */
export type Environment = Omit<Machine, "threads" | "jobs">;

/** @param root folder of the package, for git. @param project folder with the lock file. */
export function environment(root: string, project: string): Environment {
  const commit = gitText(root, "rev-parse", "HEAD");
  return {
    commit,
    dirty: commit === null ? null : isDirty(root),
    lockFile: lockFileHash(project),
    node: process.version,
    os: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
  };
}

/** Of no effect on a trial. */
const written = [":(top,exclude,glob)**/results/**", ":(top,exclude,glob)**/report/**"];

/** What could be code, or be read by it: a new file of another kind changes no trial. */
const code = /\.([cm]?[jt]sx?|json|wasm|node)$/;

/**
 * Whether the commit does not say what ran: a file that git knows differs from it, wherever it lies, or one that git does not know, and is
 * not told to ignore, could be code of the package or of a dependency that is linked into the project.
 */
function isDirty(root: string): boolean | null {
  const changed = gitText(root, "status", "--porcelain", "--untracked-files=no", "--", ":/", ...written);
  if (changed === null) return null;
  const added = linkedPackages(root).flatMap((folder) => {
    const names = gitText(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".", ...written);
    return names?.split("\0") ?? [];
  });
  return changed !== "" || added.some((name) => code.test(name));
}

function lockFileHash(project: string): string | null {
  for (const name of [
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "bun.lock",
  ]) {
    const path = join(project, name);
    if (existsSync(path)) return createHash("sha256").update(readFileSync(path)).digest("hex");
  }
  return null;
}
