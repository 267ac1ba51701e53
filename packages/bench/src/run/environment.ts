import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, release, type } from "node:os";
import { join } from "node:path";
import type { Machine } from "../results/row.ts";
import { gitText } from "./git.ts";

/** Provenance that all trials of one run and package share; without git the code version still tells the code apart. */
export type Environment = Omit<Machine, "threads" | "jobs">;

/** @param root folder of the package, for git. @param project folder with the lock file. */
export function environment(root: string, project: string): Environment {
  const commit = gitText(root, "rev-parse", "HEAD");
  const changes = gitText(
    root,
    "status",
    "--porcelain",
    "--",
    ":/",
    ":(top,exclude,glob)**/results/**",
    ":(top,exclude,glob)**/report/**",
  );
  return {
    commit,
    dirty: commit === null || changes === null ? null : changes !== "",
    lockFile: lockFileHash(project),
    node: process.version,
    os: `${type()} ${release()} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
  };
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
