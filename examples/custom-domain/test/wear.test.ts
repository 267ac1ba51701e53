import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readResults } from "../../../packages/bench/src/results/read.ts";
import { outrigger } from "../../../packages/bench/test/command.ts";
import { outriggerCommand } from "../../program.ts";
import { problem } from "../src/problem.js";

const folder = join(import.meta.dirname, "..");

describe("the example of a domain of one's own", () => {
  it("labels few records with wear, and all with speed and load; shuffling moves training's auxiliaries only", () => {
    const parts = ["train", "validation", "test"] as const;
    const [true_, mixed] = [problem(0), problem(0, { shuffled: true })];
    const labels = (of: typeof true_, part: (typeof parts)[number], task: string) =>
      [...of[part].epoch(null)].flatMap((batch) => [...batch.labels[task]!.data]);
    const known = [...true_.train.epoch(null)].flatMap((batch) => [...batch.masks["wear"]!.data]);
    expect(known.filter((mask) => mask === 1)).toHaveLength(32);
    for (const part of parts) expect(labels(mixed, part, "wear")).toEqual(labels(true_, part, "wear"));
    for (const task of ["speed", "load"]) {
      const [here, there] = [labels(true_, "train", task), labels(mixed, "train", task)];
      expect(there).not.toEqual(here);
      expect(there.toSorted((a, b) => a - b)).toEqual(here.toSorted((a, b) => a - b));
      expect(labels(mixed, "test", task)).toEqual(labels(true_, "test", task));
    }
  });

  it("has a benchmark that `outrigger run` finds and finishes, with other numbers for every row", async () => {
    const out = mkdtempSync(join(tmpdir(), "outrigger-domain-"));
    onTestFinished(() => rmSync(out, { recursive: true, force: true }));
    const asked = ["run", "bearings", "--seeds", "1", "--out", out, "--report", join(out, "report")];
    const { code, output } = await outrigger(asked, { cwd: folder, run: outriggerCommand });
    expect([code, output]).toEqual([0, expect.stringContaining("too small to conclude")]);
    const { rows } = readResults(join(out, "outrigger-custom-domain/smoke.jsonl"));
    // Four rows with two learning rates each; the run of the better one is the row's only seed.
    expect(rows.map(({ status, runtime }) => `${status} ${runtime}`)).toEqual(Array(8).fill("done tfjs/cpu"));
    expect(new Set(rows.map(({ method }) => method)).size).toBe(4);
    expect(new Set(rows.map(({ metrics }) => metrics["test/rmse"])).size).toBe(8);
  });
});
