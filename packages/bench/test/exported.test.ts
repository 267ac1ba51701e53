import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { benchmarkTargets, builtFolders, exportedFiles } from "../src/run/exported.ts";
import { temporary } from "./harness.ts";

describe("benchmarkTargets", () => {
  it.each<[string, unknown, string[]]>([
    ["one file", { "./bench": "./dist/bench.js" }, ["./dist/bench.js"]],
    ["a pattern", { ".": "./index.js", "./bench/*": "./dist/bench/*.js" }, ["./dist/bench/*.js"]],
    ["several", { "./bench/a": "./a.js", "./bench/b": "./b.js" }, ["./a.js", "./b.js"]],
    [
      "what Node imports, not types and sources",
      {
        "./bench/*": { "@outrigger/source": "./bench/*.ts", types: "./d/*.d.ts", default: "./d/*.js" },
      },
      ["./d/*.js"],
    ],
    [
      "conditions in conditions, the first that holds",
      {
        "./bench": { browser: "./web.js", node: { require: "./a.cjs", import: "./a.js" }, default: "./b.js" },
      },
      ["./a.js"],
    ],
    ["no other name", { "./benchmark": "./a.js", "./bench-all/*": "./b/*.js", "./*": "./dist/*.js" }, []],
    ["what is shut", { "./bench/*": null, "./bench": { default: null } }, []],
    [
      "nothing outside the package",
      {
        "./bench/a": "../evil.js",
        "./bench/b": "./dist/../../evil.js",
        "./bench/c": "/tmp/evil.js",
        "./bench/d": "./node_modules/other/*.js",
      },
      [],
    ],
    ["no oddities", ["./bench"], []],
    ["no main file alone", "./bench.js", []],
  ])("finds %s", (_, exports, targets) => {
    expect(benchmarkTargets({ exports })).toEqual(targets);
  });
});

describe("exportedFiles", () => {
  it("lists the compiled files that match, each once", () => {
    const root = temporary();
    mkdirSync(join(root, "dist/bench/inner"), { recursive: true });
    for (const name of ["b.js", "a.js", "a.js.map", "a.d.ts", "c.mjs", "inner/d.js"])
      writeFileSync(join(root, "dist/bench", name), "");
    const files = (...targets: string[]) =>
      exportedFiles(root, targets).map((file) => file.slice(join(root, "dist/bench/").length));
    expect(files("./dist/bench/*.js", "./dist/bench/a.js")).toEqual(["a.js", "b.js"]);
    expect(files("./dist/bench/*")).toEqual(["a.js", "b.js", "c.mjs"]);
    expect(files("./dist/bench/a*", "./dist/bench/none.js", "./none/*.js")).toEqual(["a.js"]);
  });
});

describe("builtFolders", () => {
  it("are the uppermost ones, or the package itself when a benchmark lies at its root", () => {
    expect(builtFolders(["./dist/bench/*.js", "./dist/x.js", "./bench/*.js"])).toEqual(["bench", "dist"]);
    expect(builtFolders(["./dist/bench/*.js", "./bench.js"])).toEqual(["."]);
    expect(builtFolders(["./*/bench.js"])).toEqual(["."]);
  });
});
