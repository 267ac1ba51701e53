import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { outrigger } from "./command.ts";
import { repository } from "./project.ts";

describe("outrigger reproduce", () => {
  it("runs the committed rows again, exactly and statistically, and tells what differs", async () => {
    const { folder, edit } = repository();
    const cwd = folder;
    const asked = ["--methods", "uniform", "--workers", "2"];
    const say = async (...args: string[]) => {
      const { code, output } = await outrigger(args, { cwd });
      return { code, output };
    };
    expect((await say("reproduce", "toy/noise")).output).toMatch(
      /toy\/noise has committed no rows of version 1, tier smoke\.[^]*no committed row to reproduce/,
    );
    await say("run", "toy/noise", ...asked);
    await say("reference", "toy/noise", "--tier", "smoke");
    await say("run", "toy/noise", "--tier", "ci", ...asked);
    await say("reference", "toy/noise");

    const exact = await say("reproduce", "toy/noise", "--workers", "2");
    expect(exact.code).toBe(0);
    // What validation chose is run again, with both seeds; what it did not choose is not.
    expect(exact.output).toMatch(/gin uniform +2 +reproduces +equal to 1e-6/);
    expect(exact.output).toContain("4 of 4 rows reproduce.");
    const again = await say("reproduce", "toy/noise");
    expect(again.output).toContain("8 trials were finished before and were not run again.");

    const beyond = await say("reproduce", "toy/noise", "--part", "5/5");
    expect(beyond.output).toContain("Part 5/5 has no row: there are 4 committed rows.");
    expect(beyond.code).toBe(0);

    // Noise of another machine: not equal, and no difference either. A broken method: a difference.
    const noisy = "base - scale / 100 + 0.002 * Math.sin(9 * seed)";
    edit("packages/toy/bench/noise.js", "base - scale / 100", noisy);
    const smoke = await say("reproduce", "toy/noise", "--part", "2/4");
    expect(smoke.code).toBe(1);
    expect(smoke.output).toMatch(/gin uniform +2 +DIFFERS +seed 1, test\/rmse: 0\.\d+, now 0\.\d+/);
    expect(smoke.output).toMatch(/it ran on none, whose numbers depend on the CPU/);
    expect(smoke.output).toContain("0 of 1 rows reproduce.");
    expect(smoke.output).toMatch(/^commit: was \w{12}, is \w{12} with changes$/m);
    edit(
      "packages/toy/bench/noise.js",
      noisy,
      `${noisy} + (method === "uniform" && group === "mlp" ? 0.1 : 0)`,
    );
    const ci = await say("reproduce", "toy/noise", "--tier", "ci", "--workers", "2");
    expect(ci.code).toBe(1);
    expect(ci.output).toMatch(/gin uniform .* reproduces +no difference/);
    expect(ci.output).toMatch(/mlp uniform .*\+0\.10.* DIFFERS +different/);
    expect(ci.output).toContain("3 of 4 rows reproduce. Intervals: paired t over the seeds");
  });

  it("refuses a part that there is not, and reports what is wrong with the committed file", async () => {
    const { folder } = repository();
    const cwd = folder;
    const say = async (...args: string[]) =>
      (await outrigger(["reproduce", "toy/noise", ...args], { cwd })).output;
    expect(await say("--part", "8/7")).toContain("--part: the first number runs from 1 to the second.");
    expect(await say("--part", "half")).toContain("--part: give two numbers, for example 2/7.");
    mkdirSync(join(folder, "packages/toy/results"));
    writeFileSync(join(folder, "packages/toy/results/smoke.jsonl"), "<<<<<<< HEAD\n");
    expect(await say()).toMatch(/smoke\.jsonl, line 1: is no JSON/);
  });
});
