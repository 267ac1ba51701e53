import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import { outrigger } from "./command.ts";
import { temporary } from "./harness.ts";

const npm = (cwd: string, ...args: string[]): string =>
  execFileSync("npm", [...args, "--offline", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
  }).trim();

/** Packs a package of such files, as it would lie in a registry. */
function tarball(name: string, manifest: object, files: Readonly<Record<string, string>>): string {
  const folder = temporary();
  const all = {
    "package.json": JSON.stringify({ name, version: "2.1.0", type: "module", ...manifest }),
    ...files,
  };
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return join(folder, npm(folder, "pack"));
}

/** A file that notes on the screen that it was loaded. */
const benchmark = (name: string): string => `console.log("loaded ${name}");
export default {
  name: "${name}", version: 1, title: "Of others", description: "Nothing.", metric: { name: "score", better: "higher" },
  baseline: "none", source: "embedded", tiers: { smoke: { seeds: [0, 1] } },
  arms: () => [{ method: "none", kind: "baseline", options: {} }],
  run: async ({ seed }) => ({ metrics: { "validation/score": seed, "test/score": seed } }),
};
`;

const offered = { keywords: ["outrigger-benchmark"], exports: { "./bench/*": "./dist/bench/*.js" } };

describe("a package of others", () => {
  it("is found in an empty project where it is installed, by keyword and ./bench; nothing else is loaded", async () => {
    const files = (name: string) => ({
      "dist/bench/wind.js": benchmark(`${name}/wind`),
      "dist/helper.js": 'console.log("loaded a helper");\n',
    });
    const deep = tarball("deep", offered, files("deep"));
    const weather = tarball(
      "weather-benchmarks",
      { ...offered, dependencies: { deep: `file:${deep}` } },
      files("weather"),
    );
    // One that exports benchmarks and does not offer them.
    const silent = tarball("silent", { exports: offered.exports }, files("silent"));
    const project = temporary();
    npm(project, "init", "-y");
    npm(project, "install", weather, silent);

    const list = await outrigger(["list"], { cwd: project });
    expect(list).toMatchObject({ code: 0 });
    expect(list.output.match(/loaded .*/g)).toEqual(["loaded weather/wind"]);
    const run = await outrigger(["run", "weather"], { cwd: project });
    expect(run).toMatchObject({ code: 0 });
    const { rows } = readResults(join(project, "results/weather-benchmarks/smoke.jsonl"));
    // Two run at a time, and either may be the first to end.
    const ended = rows.map(({ seed, status }) => [seed, status] as const).sort(([a], [b]) => a - b);
    expect(ended).toEqual([
      [0, "done"],
      [1, "done"],
    ]);
    expect(rows[0]?.provenance).toMatchObject({ packageVersion: "2.1.0", commit: null });
  });

  it("that has the keyword and exports no benchmark is told what to write", async () => {
    const project = temporary();
    npm(project, "init", "-y");
    npm(project, "install", tarball("half", { keywords: offered.keywords }, {}));
    const { code, output } = await outrigger(["list"], { cwd: project });
    expect(code).toBe(1);
    expect(output).toContain(
      'half has the keyword "outrigger-benchmark" but exports no benchmark: no "exports": { "./bench/*": "./dist/bench/*.js" } in',
    );
  });
});
