import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outrigger } from "../command.ts";
import { temporary } from "../harness.ts";
import { lines, toyRow } from "../rows.ts";

describe("outrigger export", () => {
  it("exports the results of a folder, and says what is wrong with them", async () => {
    const out = temporary();
    mkdirSync(join(out, "toy"));
    writeFileSync(join(out, "toy/ci.jsonl"), lines(toyRow({ tier: "ci" })));
    writeFileSync(
      join(out, "toy/smoke.jsonl"),
      `${lines(toyRow(), toyRow({ benchmark: "toy/crash", id: "x" }))}oops\n`,
    );
    const to = join(out, "deep/trials.csv");
    const run = await outrigger(["export", "csv", to, "toy/noise", "--out", out]);
    expect(run.code).toBe(0);
    expect(run.stdout).toBe(`2 trials in ${to}\n`);
    expect(run.output).toContain("smoke.jsonl, line 3: is no JSON");
    expect(readFileSync(to, "utf8").split("\n")).toHaveLength(1 + 2 + 1);
  });

  it("names what was wrong with the command", async () => {
    const out = temporary();
    const say = async (...args: string[]) => (await outrigger(["export", ...args, "--out", out])).output;
    expect(await say("csv", "x.csv")).toContain("There are no results to export.");
    expect(await say("xlsx", "x.xlsx")).toContain("Allowed choices are csv, parquet, tensorboard, mlflow");
    expect(await say("csv")).toContain("missing required argument 'to'");
  });
});
