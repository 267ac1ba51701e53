import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { project, temporary } from "./harness.ts";

/** A copy of the fixtures' project, under git with one commit. */
export interface Repository {
  readonly folder: string;
  readonly git: (...command: string[]) => string;
  /** Replaces text in a file, which must have it. */
  readonly edit: (file: string, from: string, to: string) => void;
}

export function repository(): Repository {
  const folder = join(temporary(), "project");
  cpSync(project, folder, { recursive: true });
  const who = ["-c", "user.name=Toy", "-c", "user.email=toy@example.org", "-c", "commit.gpgsign=false"];
  const git = (...command: string[]) =>
    execFileSync("git", ["-C", folder, ...who, ...command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  writeFileSync(join(folder, ".gitignore"), "/results/\n/report/\n");
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "first");
  return {
    folder,
    git,
    edit(file, from, to) {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      if (!text.includes(from)) throw new Error(`${file} has no "${from}".`);
      writeFileSync(path, text.replace(from, to));
    },
  };
}
