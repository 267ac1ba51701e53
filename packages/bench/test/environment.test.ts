import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { environment } from "../src/run/environment.ts";
import { project, temporary } from "./harness.ts";
import { repository } from "./project.ts";

/** A repository in which toy depends on a package beside it, and not on another one. */
function place() {
  const { folder, git, edit } = repository();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  edit("packages/toy/package.json", '"type": "module"', '"type": "module", "dependencies": { "near": "1" }');
  for (const name of ["near", "far"]) write(`packages/${name}/package.json`, `{ "name": "${name}" }`);
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(join(folder, "packages/near"), join(folder, "node_modules/near"));
  write(".gitignore", "node_modules\n");
  write("README.md", "words");
  write("results/toy/ci.jsonl", "rows");
  git("add", "-A", "-f", ".gitignore", "README.md", "packages", "results");
  git("commit", "-qm", "all");
  const dirty = () => environment(join(folder, "packages/toy"), folder).dirty;
  return { folder, write, dirty };
}

describe("a trial's row is marked as dirty", () => {
  it.each([
    ["a changed file of git's, wherever it lies", "README.md", "other words"],
    ["a new file of the package that could be code", "packages/toy/src/new.ts", ""],
    ["a new benchmark", "packages/toy/bench/new.js", ""],
    ["a new file of a dependency in the project", "packages/near/data.json", "{}"],
  ])("by %s", (_, file, text) => {
    const { write, dirty } = place();
    expect(dirty()).toBe(false);
    write(file, text);
    expect(dirty()).toBe(true);
  });

  it("by nothing that changes no trial: results, reports, new notes, new code of packages that it does not use", () => {
    const { write, dirty } = place();
    write("results/toy/ci.jsonl", "more rows");
    for (const file of [
      "results/toy/smoke.jsonl",
      "packages/toy/results/ci.jsonl",
      "packages/toy/results/odd.json",
      "packages/toy/report/script.js",
      "notes.txt",
      "try.js",
      "packages/toy/notes.txt",
      "packages/far/new.js",
      "packages/toy/node_modules/x/index.js",
    ])
      write(file, "{}");
    expect(dirty()).toBe(false);
  });

  it("by nothing where there is no git: nobody knows", () => {
    const folder = join(temporary(), "project");
    cpSync(project, folder, { recursive: true });
    expect(environment(join(folder, "packages/toy"), folder)).toMatchObject({ commit: null, dirty: null });
  });
});
