import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import { outrigger, place, reached, start } from "./command.ts";
import { loader, temporary } from "./harness.ts";

describe("outrigger run", () => {
  it("stops on Ctrl-C, kills its trials, says how to go on, and exits with 130", async () => {
    const { results, args } = place();
    const { child, ended } = start(args("toy/noise"), { env: { TOY_DELAY: "1000" } });
    await reached(results, 1);
    child.kill("SIGINT");
    const { code, output } = await ended;
    expect(code).toBe(130);
    expect(output).toMatch(/Stopped\. Finished trials are kept in .* the same command goes on from there/);
    expect(readResults(results).rows.every((row) => row.status === "done")).toBe(true);
  });

  it("exits with 1 and shows why when a trial failed, and still writes table and report", async () => {
    const { out, args } = place();
    const { code, output } = await outrigger(args("toy/crash"), { env: { TOY_MARK: join(out, "mark") } });
    expect(code).toBe(1);
    expect(output).toMatch(/FAILED toy\/crash exits, seed 0\n.*exit code 7[^]*bad alignment/);
    expect(output).toContain("4 of 7 trials failed.");
    expect(existsSync(join(out, "report/index.html"))).toBe(true);
  });

  it("leaves out what cannot run here, with the cure, and says what it runs instead", async () => {
    const { args } = place();
    const run = await outrigger([
      ...args("toy/noise"),
      "toy/locked",
      "--methods",
      "single-task",
      "--data",
      "/nowhere",
    ]);
    expect(run.output).toContain("toy/locked is left out. toy.csv is missing. Set OUTRIGGER_DATA");
    expect(run.output).toContain("Running the embedded benchmarks only");
    expect(run.code).toBe(0);
    expect((await outrigger(args("toy/locked"))).output).toContain("No benchmark can run here");
  });

  it("works on a damaged results file: says what is wrong with it, loses nothing, runs what is missing", async () => {
    const { out, results, args } = place();
    const asked = [...args("toy/noise"), "--methods", "single-task"];
    expect((await outrigger(asked)).code).toBe(0);
    const [first = "", second = "", ...others] = readFileSync(results, "utf8").split(/(?<=\n)/);
    const old = first.replace('"version":1', '"version":7').replace(/"id":"\w+"/, '"id":"old"');
    const stranger = first.replace("toy/noise", "toy/gone").replace(/"id":"\w+"/, '"id":"gone"');
    const cut = others.join("").slice(0, -30);
    writeFileSync(results, `${first}not a line\n${second}${second}${old}${stranger}${cut}`);

    const table = await outrigger(["table", "toy/noise", "--out", out]);
    expect(table.code).toBe(0);
    for (const said of [
      /outrigger: .*smoke\.jsonl, line 2: is no JSON/,
      /line 4: repeats trial \w+ of line 3 with the same numbers; line 3 counts/,
      /line 8: was cut off/,
      /1 row of toy\/gone, a benchmark that is not here/,
      /^1 trial of another version \(7\) left out: the benchmark is at version 1\.$/m,
    ])
      expect(table.output).toMatch(said);

    const again = await outrigger(asked);
    expect(again.code).toBe(0);
    expect(again.output).toMatch(/line 8: was cut off/);
    expect(again.output).toContain("3 trials were finished before");
    const after = readFileSync(results, "utf8");
    expect(after.startsWith(`${first}not a line\n${second}${second}${old}${stranger}`)).toBe(true);
    expect(after.trimEnd().split("\n")).toHaveLength(8);
    expect(readResults(results).rows).toHaveLength(4 + 2);
  });

  it("names what was wrong with the command", async () => {
    const wrong = async (...args: string[]) => (await outrigger(args)).output;
    expect(await wrong("run", "nothing")).toContain(
      'no benchmark "nothing". There are: toy/crash, toy/crowd, toy/limits, toy/locked, toy/noise, toy/tunable.',
    );
    expect(await wrong("run", "toy/noise", "--workers", "0")).toContain("--workers: give 1 or more.");
    expect(await wrong("run", "toy/noise", "--methods", "pcgrad")).toContain(
      "--methods pcgrad: there are random-targets, random,",
    );
    expect(await wrong("table", "--out", temporary())).toContain("There are no results yet.");
    expect(await wrong("table", "--reference", "--tier", "full")).toContain(
      "There are no committed rows of these.",
    );
    expect(await wrong("reference", "toy/noise", "--out", temporary())).toContain(
      "Run first: outrigger run toy/noise --tier ci",
    );
  });
});

describe("outrigger doctor", () => {
  // Core is read from its sources.
  const sources = { node: ["--conditions=@outrigger/source", ...loader] };

  it("says what is installed, what works, what would be used and how to get the rest", async () => {
    const { code, output } = await outrigger(["doctor"], sources);
    expect(code).toBe(0);
    expect(output).toMatch(/onnxruntime-node +\d+\.\d+/);
    expect(output).toMatch(/yes +onnx cpu +ONNX Runtime on the CPU/);
    expect(output).toMatch(/yes +tfjs wasm/);
    expect(output).toMatch(/without options +onnx \w+: /);
  });

  it("says it as JSON", async () => {
    const { code, output } = await outrigger(["doctor", "--json"], sources);
    expect(code).toBe(0);
    const { packages, devices, chosen } = JSON.parse(output.slice(output.indexOf("{"))) as {
      packages: Record<string, string | null>;
      devices: { runtime: string; device: string; works: boolean; why: string }[];
      chosen: Record<string, string>;
    };
    expect(packages["@tensorflow/tfjs"]).toBe("4.22.0");
    expect(devices).toHaveLength(8);
    for (const { works, why } of devices) if (!works) expect(why.length).toBeGreaterThan(20);
    expect(Object.keys(chosen)).toEqual(["default", "tfjs", "gpu"]);
  });
});
