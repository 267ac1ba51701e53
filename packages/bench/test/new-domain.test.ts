import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import { outrigger } from "./command.ts";
import { loader, temporary } from "./harness.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const script = join(root, "scripts/new-domain.js");

/** A project with the new domain and nothing else, which finds packages where this repository does. */
function generated(name: string): string {
  const folder = temporary();
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "workspaces": ["packages/*"] }');
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  cpSync(join(root, "tsconfig.base.json"), join(folder, "tsconfig.base.json"));
  execFileSync(process.execPath, [script, name, folder]);
  return folder;
}

describe("a new domain", () => {
  it("depends on the versions that are here, which npm links", () => {
    const read = (folder: string) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const { dependencies, devDependencies } = read(join(generated("fog"), "packages/fog"));
    const here = (name: string) => `^${read(join(root, "packages", name)).version}`;
    expect(dependencies["@outrigger/core"]).toBe(here("core"));
    expect(devDependencies["@outrigger/bench"]).toBe(here("bench"));
  });

  it("has types that fit, and a benchmark whose smoke tier passes on an executor that is the same everywhere", async () => {
    const folder = generated("weather");
    const config = {
      extends: "./tsconfig.base.json",
      compilerOptions: {
        composite: false,
        declaration: false,
        declarationMap: false,
        isolatedDeclarations: false,
        noEmit: true,
        allowImportingTsExtensions: true,
        customConditions: ["@outrigger/source"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      include: ["packages/weather"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const compiler = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    expect(stdout).toBe("");

    // Instead of a build, which would need one of core: the sources themselves, under a loader.
    mkdirSync(join(folder, "packages/weather/dist/bench"), { recursive: true });
    writeFileSync(
      join(folder, "packages/weather/dist/bench/first.js"),
      'export { default } from "../../bench/first.ts";\n',
    );
    const { code, output } = await outrigger(["run", "weather"], {
      cwd: folder,
      node: ["--conditions=@outrigger/source", ...loader],
    });
    expect([code, output]).toEqual([0, expect.stringContaining("too small to conclude")]);
    const { rows } = readResults(join(folder, "results/@outrigger/weather/smoke.jsonl"));
    expect(rows.map(({ status, runtime }) => `${status} ${runtime}`)).toEqual(Array(8).fill("done tfjs/cpu"));
    expect(new Set(rows.map(({ method }) => method))).toEqual(
      new Set(["single-task", "uniform", "pcgrad", "shuffled"]),
    );
  });

  it("is refused a name that no package can have, and one that is taken", () => {
    const run = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
    expect(run("Bad Name", temporary())).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("lower case"),
    });
    expect(run("core")).toMatchObject({ status: 1, stderr: expect.stringContaining("is there already") });
  });
});
