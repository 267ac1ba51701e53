import { execFileSync } from "node:child_process";

/** What a git command prints; null when it fails: no git, no repository, no such revision. */
export function git(folder: string, ...command: string[]): Buffer | null {
  try {
    const options = {
      stdio: ["ignore", "pipe", "ignore"] as ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 30,
    };
    return execFileSync("git", ["-C", folder, ...command], options);
  } catch {
    return null;
  }
}

/** The same as text, without white space around it. */
export const gitText = (folder: string, ...command: string[]): string | null =>
  git(folder, ...command)
    ?.toString("utf8")
    .trim() ?? null;
