import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Arm, type Benchmark, defineBenchmark } from "../src/benchmark.ts";
import { codeVersion } from "../src/run/code-version.ts";
import { discover, projectRoot } from "../src/run/discover.ts";
import { candidatesOf, trialOf } from "../src/run/plan.ts";
import type { Space } from "../src/space.ts";
import { found, project, temporary } from "./harness.ts";

function copy(): { folder: string; toy: string } {
  const folder = join(temporary(), "project");
  cpSync(project, folder, { recursive: true });
  return { folder, toy: join(folder, "packages/toy") };
}

/** Writes a file and makes its folder. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const manifestOf = (folder: string): object =>
  JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as object;

describe("discover", () => {
  it("finds the benchmarks of workspaces, from any folder inside the project", async () => {
    const names = (await discover(join(project, "packages/toy"))).map(({ benchmark }) => benchmark.name);
    expect(names).toEqual(["toy/crash", "toy/crowd", "toy/limits", "toy/locked", "toy/noise", "toy/tunable"]);
    expect(projectRoot(join(project, "packages/toy/bench"))).toBe(project);
  });

  it("finds direct dependencies with the keyword, and not dependencies of dependencies", async () => {
    const { folder, toy } = copy();
    const host = join(folder, "host");
    const write = (place: string, manifest: unknown) => {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "package.json"), JSON.stringify(manifest));
    };
    // An own package.json without workspaces above: the copy's root must not be taken for it.
    rmSync(join(folder, "package.json"));
    write(host, { name: "host", dependencies: { toy: "1", plain: "1" } });
    write(join(host, "node_modules/plain"), {
      name: "plain",
      keywords: "not a list",
      dependencies: { hidden: "1" },
    });
    cpSync(toy, join(host, "node_modules/toy"), { recursive: true });
    write(join(host, "node_modules/hidden"), {
      name: "hidden",
      keywords: ["outrigger-benchmark"],
      exports: { "./bench/*": "./bench/*.js" },
    });
    // A benchmark is code: what is not asked for must not even be read.
    for (const name of ["plain", "hidden"]) {
      mkdirSync(join(host, "node_modules", name, "bench"));
      writeFileSync(
        join(host, "node_modules", name, "bench/evil.js"),
        `globalThis.outriggerLoaded = "${name}";\nexport default {};\n`,
      );
    }
    const all = await discover(host);
    expect(all.map((entry) => entry.package)).toEqual(Array(6).fill("toy"));
    expect("outriggerLoaded" in globalThis).toBe(false);
  });

  it("says what to do about a package that is not built, and about a file that exports no benchmark", async () => {
    const { folder, toy } = copy();
    writeFileSync(join(toy, "bench/helper.js"), "export const x = 1;\n");
    await expect(discover(folder)).rejects.toThrow(/helper\.js has no benchmark as its default export/);
    rmSync(join(toy, "bench"), { recursive: true });
    await expect(discover(folder)).rejects.toThrow(
      /toy has no compiled benchmark at \.\/bench\/\*\.js in .*Build it first: npm run build/,
    );
  });

  it("refuses a package whose name leads out of the folder of results", async () => {
    const { folder, toy } = copy();
    const manifest = JSON.parse(readFileSync(join(toy, "package.json"), "utf8")) as object;
    for (const name of ["../../elsewhere", "/tmp/elsewhere", "@toy/../.."]) {
      writeFileSync(join(toy, "package.json"), JSON.stringify({ ...manifest, name }));
      await expect(discover(folder)).rejects.toThrow(/which is none that npm allows/);
    }
  });

  it("refuses two benchmarks of one name", async () => {
    const { folder, toy } = copy();
    cpSync(join(toy, "bench/noise.js"), join(toy, "bench/twin.js"));
    await expect(discover(folder)).rejects.toThrow(/Two files export a benchmark "toy\/noise"/);
  });
});

describe("codeVersion", () => {
  it("changes with the built code and with nothing else", () => {
    const { toy } = copy();
    const before = codeVersion(toy);
    writeFileSync(join(toy, "README.md"), "words");
    writeFileSync(join(toy, "bench/noise.js.map"), "{}");
    expect(codeVersion(toy)).toBe(before);
    writeFileSync(join(toy, "bench/locked.js"), "export default 1;\n");
    expect(codeVersion(toy)).not.toBe(before);
  });

  it("changes with the code of an installed package, and not with what lies in the node_modules below it", () => {
    const root = join(temporary(), "node_modules/toy");
    cpSync(join(project, "packages/toy"), root, { recursive: true });
    const before = codeVersion(root);
    write(join(root, "bench/node_modules/other/index.js"), "1;\n");
    expect(codeVersion(root)).toBe(before);
    write(join(root, "bench/locked.js"), "export default 1;\n");
    expect(codeVersion(root)).not.toBe(before);
  });

  it.each<[string, object, string]>([
    [
      "of its exports",
      { exports: { ".": { types: "./types/a.d.ts", default: "./lib/a.js" } } },
      "lib/inner/b.js",
    ],
    [
      "of an export by a pattern",
      { exports: { "./package.json": "./package.json", "./*": "./out/*.js" } },
      "out/b.js",
    ],
    ["of its main file", { main: "lib/a.js" }, "lib/b.js"],
    ["that it has without a word of it", {}, "b.js"],
    ["in dist, where nothing else is said", { exports: { "./package.json": "./package.json" } }, "dist/b.js"],
  ])("changes with the code of a linked dependency %s", (_, manifest, file) => {
    const { folder, toy } = copy();
    const library = join(folder, "packages/library");
    write(join(library, "package.json"), JSON.stringify({ name: "library", ...manifest }));
    write(
      join(toy, "package.json"),
      JSON.stringify({ ...manifestOf(toy), optionalDependencies: { library: "1" } }),
    );
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(library, join(folder, "node_modules/library"));
    const before = codeVersion(toy);
    write(join(library, file), "1;\n");
    const there = codeVersion(toy);
    expect(there).not.toBe(before);
    write(join(library, "types/a.d.ts"), "");
    write(join(library, "node_modules/deep/index.js"), "1;\n");
    expect(codeVersion(toy)).toBe(there);
  });
});

describe("trial ids", () => {
  it("differ whenever anything that could move the number differs, and only then", async () => {
    const entry = await found("toy/noise");
    const arm = {
      method: "uniform",
      group: "gin",
      kind: "rule",
      options: { a: 1, b: 2 },
      candidates: [{ s: 1 }, { s: 2 }],
    } as const;
    const [one = null, two = null] = candidatesOf(arm);
    const id = (
      change: { arm?: object; seed?: number; tier?: "ci"; code?: string; candidate?: typeof one } = {},
    ) =>
      trialOf(
        { ...entry, codeVersion: change.code ?? "c" },
        change.tier ?? "smoke",
        { ...arm, ...change.arm },
        change.candidate ?? one,
        change.seed ?? 0,
        "tune",
      ).id;
    const others = [
      id({ arm: { method: "static" } }),
      id({ arm: { group: "mlp" } }),
      id({ arm: { options: { a: 1, b: 3 } } }),
      id({ candidate: two }),
      id({ seed: 1 }),
      id({ tier: "ci" }),
      id({ code: "d" }),
    ];
    expect(new Set([id(), ...others]).size).toBe(others.length + 1);
    expect(id({ arm: { options: { b: 2, a: 1 } } })).toBe(id());
    expect(id({ arm: { kind: "control", describe: "words" } })).toBe(id());
  });
});

describe("defineBenchmark", () => {
  it.each<[string, Partial<Benchmark>, RegExp]>([
    ["a name without domain", { name: "esol" }, /domain\/dataset/],
    ["a name that leads elsewhere", { name: "toy/../../esol" }, /domain\/dataset/],
    ["no metric", { metric: null as never }, /metric has no name/],
    ["tiers that are no record", { tiers: null as never }, /tiers is no record/],
    ["seeds that are no list", { tiers: { ci: { seeds: 3 as never } } }, /seeds is 3/],
    ["version 0", { version: 0 }, /version is 0/],
    ["a metric with its split", { metric: { name: "test/rmse", better: "lower" } }, /without the split/],
    ["no tier", { tiers: {} }, /tiers is empty/],
    ["a seed twice", { tiers: { ci: { seeds: [0, 0] } } }, /seeds is \[0, 0\]/],
    ["a baseline that no group has", { baseline: "none" }, /no row for the baseline "none" in group "gin"/],
    ["no arm", { arms: () => [] }, /is empty/],
  ])("refuses %s", async (_, change, message) => {
    const { benchmark } = await found("toy/noise");
    expect(defineBenchmark(benchmark)).toBe(benchmark);
    expect(() => defineBenchmark({ ...benchmark, ...change })).toThrow(message);
  });

  it.each<[Space, RegExp]>([
    [{}, /space has no option/],
    [{ scale: { values: [] } }, /space\.scale has no values/],
    [{ rate: { low: 1, high: 1 } }, /space\.rate runs from 1 to 1/],
    [
      { rate: { low: 0, high: 1, scale: "log" } },
      /space\.rate starts at 0; a log scale needs numbers above 0/,
    ],
    [{ rate: { low: Number.NaN, high: 1 } }, /from NaN to 1/],
    [{ layers: { low: 1, high: 3.5, whole: true } }, /space\.layers runs from 1 to 3\.5; .*whole numbers/],
    [{ layers: { low: 0.5, high: 3, whole: true } }, /space\.layers runs from 0\.5 to 3; .*whole numbers/],
  ])("refuses the space %j", async (space, message) => {
    const { benchmark } = await found("toy/noise");
    const arms = () => [{ method: "single-task", kind: "baseline", options: {}, space } as const];
    expect(() => defineBenchmark({ ...benchmark, arms })).toThrow(message);
  });

  it("refuses a row twice and an empty list of candidates", async () => {
    const { benchmark } = await found("toy/noise");
    const arm = { method: "single-task", kind: "baseline", options: {} } as const;
    expect(() => defineBenchmark({ ...benchmark, arms: () => [arm, arm] })).toThrow(/"single-task" twice/);
    expect(() => defineBenchmark({ ...benchmark, arms: () => [{ ...arm, candidates: [] }] })).toThrow(
      /empty list/,
    );
  });

  it.each<[string, Partial<Arm>, RegExp]>([
    [
      "candidates that come to the same",
      { options: { scale: 1, decay: 0 }, candidates: [{ scale: 2 }, {}, { decay: 0, scale: 1 }] },
      /arm "single-task": candidates 1 and 2 are both \{"decay":0,"scale":1\} over its options; leave one out/,
    ],
    [
      "an option that is not finite",
      { options: { rate: Number.NaN } },
      /options\.rate is NaN, which JSON cannot hold/,
    ],
    ["an option that is nothing", { options: { rate: undefined as never } }, /options\.rate is undefined/],
    [
      "one deeper in",
      { options: { sizes: [1, { deep: -Infinity }] } },
      /options\.sizes\.1\.deep is -Infinity/,
    ],
    [
      "an option that is no plain record",
      { options: { since: new Date(0) as never } },
      /options\.since is .*1970/,
    ],
    ["a function", { options: { rule: (() => 1) as never } }, /options\.rule is \[Function: rule\]/],
    [
      "a candidate that is not finite",
      { candidates: [{ scale: 1 }, { scale: Infinity }] },
      /candidates\.1\.scale is Infinity/,
    ],
    [
      "a space that is not",
      { space: { scale: { values: [1, Number.NaN] } } },
      /space\.scale\.values\.1 is NaN/,
    ],
  ])("refuses %s", async (_, change, message) => {
    const { benchmark } = await found("toy/noise");
    const arm = { method: "single-task", kind: "baseline", options: {}, ...change } as const;
    expect(() => defineBenchmark({ ...benchmark, arms: () => [arm] })).toThrow(message);
  });
});
