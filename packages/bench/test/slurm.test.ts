import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import { outrigger, place } from "./command.ts";
import { contents } from "./rows.ts";
import { arrayOf } from "./slurm.ts";

/** Does what a node of the cluster does. */
const task = (script: string, id: number, env: Record<string, string> = {}) =>
  spawnSync("bash", [script], {
    cwd: "/",
    encoding: "utf8",
    env: { ...process.env, ...env, SLURM_ARRAY_TASK_ID: String(id) },
  });

describe("outrigger run --executor slurm", () => {
  it("writes arrays whose tasks share the trials, and comes to the same table and rows as a run here", async () => {
    const { out, results, args } = place();
    const asked = [...args("toy/noise"), "--methods", "uniform", "--executor", "slurm"];
    const first = await outrigger(asked);
    expect(first).toMatchObject({ code: 0 });
    // Two groups: three candidates and a baseline's two seeds each; a rule's other seed waits for the choice.
    expect(first.output).toContain("10 trials are missing:\n  toy/noise gin uniform");
    const { script, tasks } = arrayOf(first.output);
    expect(tasks).toBe(2);
    // One of the tasks has ended when the same command is given again: what it has done is taken, the rest is missing.
    const done = task(script, 0);
    expect(done).toMatchObject({ status: 0 });
    const second = await outrigger(asked);
    expect(second.output).toContain("5 trials are missing:");
    expect(readResults(results).rows).toHaveLength(5);
    expect(readdirSync(join(out, "slurm/outcomes"))).toEqual([]);
    // The other one of the first array comes late, and both of the second run nothing again that is there.
    expect(task(script, 1).status).toBe(0);
    const late = arrayOf(second.output);
    for (const id of [0, 1]) expect(task(late.script, id).stdout).toBe("");
    const third = await outrigger(asked);
    expect(third.output).toContain("2 trials are missing:");
    const last = arrayOf(third.output);
    for (let id = 0; id < last.tasks; id++) expect(task(last.script, id).status).toBe(0);
    const end = await outrigger(asked);
    expect(end.code).toBe(0);
    expect(end.output).toContain("10 trials were finished before");
    expect(end.output).toContain("difference to single-task");

    const here = place();
    expect((await outrigger([...here.args("toy/noise"), "--methods", "uniform"])).code).toBe(0);
    expect(contents(readResults(results).rows)).toEqual(contents(readResults(here.results).rows));
    expect(readFileSync(results, "utf8").trimEnd().split("\n")).toHaveLength(12);
  });

  it("takes failures as results, of trials that throw and of processes that die", async () => {
    const { out, results, args } = place();
    const asked = [...args("toy/crash"), "--executor", "slurm", "--workers", "1"];
    const { script } = arrayOf((await outrigger(asked)).output);
    expect(task(script, 0, { TOY_MARK: join(out, "mark") }).status).toBe(0);
    const { code, output } = await outrigger(asked);
    expect(code).toBe(1);
    expect(output).toContain("4 trials failed; all else is kept.");
    const { rows } = readResults(results);
    expect(rows.find(({ method }) => method === "exits")?.error).toMatch(/exit code 7[^]*tried 2 times/);
    expect(rows.find(({ method }) => method === "throws")?.error).toContain("no such molecule");
    expect(rows.find(({ method }) => method === "flaky")).toMatchObject({
      status: "done",
      provenance: { attempts: 2 },
    });
  });

  it("names the file of a result that cannot be read", async () => {
    const { out, args } = place();
    const asked = [...args("toy/crash"), "--executor", "slurm", "--workers", "1"];
    const { script } = arrayOf((await outrigger(asked)).output);
    const list = readFileSync(script.replace("array-", "trials-").replace(".sh", ".jsonl"), "utf8");
    const path = join(out, "slurm/outcomes", `${/"id":"(\w+)"/.exec(list)?.[1] ?? ""}.json`);
    writeFileSync(path, "half a li");
    const { code, output } = await outrigger(asked);
    expect(code).toBe(1);
    expect(output).toContain(`${path}: The result of the trial is no JSON`);
    expect(output).toContain("Remove this file, and the trial is run again.");
  });

  it("refuses lists that are not for the code that is here, or no lists of trials", async () => {
    const { out, args } = place();
    const asked = [...args("toy/noise"), "--methods", "single-task", "--executor", "slurm"];
    const { script } = arrayOf((await outrigger(asked)).output);
    const list = script.replace("array-", "trials-").replace(".sh", ".jsonl");
    const text = readFileSync(list, "utf8");
    const wrong = (from: RegExp, to: string) => {
      writeFileSync(list, text.replaceAll(from, to));
      const { status, stderr } = task(script, 0);
      expect(status).toBe(1);
      return stderr;
    };
    expect(wrong(/"codeVersion":"\w+"/g, '"codeVersion":"0123456789abcdef"')).toMatch(
      /other version: the trial of toy\/noise is for toy version 1, code 0123456789abcdef; here is toy version 1, code \w{16}\. Build here/,
    );
    expect(wrong(/"seed":0/g, '"seed":7')).toMatch(/The trial's id \w{16} is not that of its content/);
    expect(wrong(/"seed":0/g, '"seed":0,"file":"/tmp/evil.js"')).toContain("This is not a trial.");
    expect(wrong(/single-task/g, "double-task")).toContain(
      'toy/noise has no row "gin double-task" in tier smoke',
    );
    expect(wrong(/toy\/noise/g, "toy/other")).toContain("toy/other, a benchmark that is not here");
    expect(wrong(/^\{/gm, "")).toContain("The list has a line that is no JSON");
    expect(existsSync(join(out, "toy"))).toBe(true);
    expect(readdirSync(join(out, "slurm/outcomes"))).toEqual([]);
  });
});
