import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scored } from "../src/results/choose.ts";
import { readResults } from "../src/results/read.ts";
import { resultPath } from "../src/run/session.ts";
import { found, runToy, temporary } from "./harness.ts";

describe("run", () => {
  it("tries every candidate with the first seed, keeps the best on validation for all seeds, and never looks at test", async () => {
    const out = temporary();
    const summary = await runToy("toy/noise", "ci", out, { methods: ["uniform"] });
    const toy = await found("toy/noise");
    const rows = readResults(resultPath(out, toy, "ci")).rows;
    // Two groups, each: uniform 3 candidates + 4 seeds, baseline 5 seeds.
    expect(summary).toMatchObject({ ran: 24, reused: 0, failed: [] });
    const uniform = rows.filter((row) => row.method === "uniform" && row.group === "gin");
    expect(
      uniform.filter((row) => row.purpose === "tune").map((row) => [row.seed, row.options.scale]),
    ).toEqual(
      expect.arrayContaining([
        [0, 0.03],
        [0, 0.1],
        [0, 1],
      ]),
    );
    const kept = scored(uniform, toy.benchmark.metric);
    expect(new Set(kept.map((row) => row.seed))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(kept).toHaveLength(5);
    expect(new Set(kept.map((row) => row.options.scale))).toEqual(new Set([0.1]));
    const best = [...uniform]
      .filter((row) => row.seed === 0)
      .sort((a, b) => (a.metrics["test/rmse"] ?? 0) - (b.metrics["test/rmse"] ?? 0));
    expect(best[0]?.options.scale).toBe(1);
  });

  it("skips finished trials, and runs again what other code would run", async () => {
    const out = temporary();
    const toy = await found("toy/noise");
    await runToy("toy/noise", "smoke", out, { methods: ["uniform"] });
    const before = readFileSync(resultPath(out, toy, "smoke"), "utf8");
    expect(await runToy("toy/noise", "smoke", out, { methods: ["uniform"] })).toMatchObject({
      ran: 0,
      reused: 12,
    });
    expect(readFileSync(resultPath(out, toy, "smoke"), "utf8")).toBe(before);
    const changed = { ...toy, codeVersion: "other" };
    expect(
      await runToy("toy/noise", "smoke", out, { methods: ["single-task"], found: [changed] }),
    ).toMatchObject({ ran: 4 });
  });

  it("isolates crashes: each is a failed row with its cause, the others go on, a crash is tried twice", async () => {
    const out = temporary();
    process.env.TOY_MARK = join(out, "mark");
    const { failed, ran } = await runToy("toy/crash", "smoke", out);
    const rows = readResults(resultPath(out, await found("toy/crash"), "smoke")).rows;
    const of = (method: string) => rows.find((row) => row.method === method);
    expect(ran).toBe(7);
    expect(failed.map((row) => row.method).sort()).toEqual(["exits", "forgets", "killed", "throws"]);
    expect(of("throws")?.error).toContain("no such molecule");
    expect(of("throws")?.error).not.toContain("tried 2 times");
    expect(of("exits")?.error).toMatch(/exit code 7[^]*bad alignment[^]*tried 2 times/);
    expect(of("killed")?.error).toContain("SIGKILL");
    expect(of("forgets")?.error).toContain('no metric "test/score"; it has validation/score');
    expect(of("fine")).toMatchObject({ status: "done", metrics: { "test/score": 1 } });
    expect(of("flaky")?.status).toBe("done");
    expect(of("diverges")).toMatchObject({ status: "done", metrics: { "test/score": null } });
    expect(of("diverges")?.notes?.join()).toContain("test/score was NaN");
    // Failed trials are tried again by the next run, and their rows do not pile up for readers.
    expect(await runToy("toy/crash", "smoke", out)).toMatchObject({ ran: 4, reused: 3 });
    expect(readResults(resultPath(out, await found("toy/crash"), "smoke")).rows).toHaveLength(7);
  });

  it("runs only the first seeds when asked to, and the others later", async () => {
    const out = temporary();
    const methods = ["single-task"];
    expect(await runToy("toy/noise", "ci", out, { methods, seeds: 2 })).toMatchObject({ ran: 4 });
    expect(await runToy("toy/noise", "ci", out, { methods })).toMatchObject({ ran: 6, reused: 4 });
  });

  it("writes where every number came from", async () => {
    const out = temporary();
    await runToy("toy/noise", "smoke", out, { methods: ["single-task"] });
    const row = readResults(resultPath(out, await found("toy/noise"), "smoke")).rows[0];
    expect(row?.provenance).toMatchObject({
      packageVersion: "1.2.3",
      node: process.version,
      threads: 1,
      jobs: 2,
    });
    expect(row?.provenance.peakMemory).toBeGreaterThan(1e7);
    expect(row?.provenance.seconds).toBeGreaterThan(0);
    expect(row?.datasets).toEqual([{ name: "toy", sha256: "0".repeat(64) }]);
  });
});
