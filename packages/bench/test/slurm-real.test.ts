import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import { outrigger, until } from "./command.ts";
import { temporary } from "./harness.ts";
import { contents } from "./rows.ts";
import { arrayOf, type Cluster, missingForSlurm, startCluster } from "./slurm.ts";

const missing = missingForSlurm;
const title = (text: string) => (missing ? `${text} [skipped: ${missing} are not installed]` : text);
let cluster: Cluster;
beforeAll(async () => {
  if (!missing) cluster = await startCluster();
});
afterAll(() => cluster?.stop());

const asked = (out: string): string[] => {
  const some = ["--tier=ci", "--seeds=10", "--methods", "one", "four"];
  return ["run", "toy/crowd", ...some, `--out=${out}`, `--report=${join(out, "report")}`];
};

describe("a cluster with Slurm", () => {
  it.skipIf(missing).each(["cancelled", "killed"])(
    title("runs an array, and the rest of a task that is %s in the next one, to the same rows as here"),
    async (how) => {
      const out = temporary();
      const folder = join(out, "notes");
      mkdirSync(folder);
      const slow = join(folder, "slow");
      const env = { TOY_CROWD: folder };
      const run = () => outrigger([...asked(out), "--executor=slurm", "--workers=4"]);
      const first = await run();
      expect(first).toMatchObject({ code: 0 });
      expect(first.output).toContain("20 trials are missing:");
      const { script, tasks } = arrayOf(first.output);
      expect(tasks).toBe(4);
      const list = readFileSync(script.replace("array-", "trials-").replace(".sh", ".jsonl"), "utf8");
      const line = list.split("\n").findIndex((order) => /"method":"four".*"seed":8,/.test(order));

      const array = cluster.submit(script, env);
      await until(() => existsSync(slow) && readFileSync(slow, "utf8") !== "");
      // Its process is the task's own: the script becomes it.
      if (how === "cancelled") cluster.cancel(array, line % tasks);
      else process.kill(Number(readFileSync(slow, "utf8")), "SIGKILL");
      await cluster.idle();
      const logs = readdirSync(join(out, "slurm")).filter((file) => file.endsWith(".log"));
      expect(logs.sort()).toEqual([0, 1, 2, 3].map((task) => `${array}_${task}.log`));

      const second = await run();
      // The slow trial and what the task would have run after it.
      const left = list
        .split("\n")
        .filter((order, i) => order !== "" && i >= line && i % tasks === line % tasks);
      expect(second.output).toContain(`${left.length} trials are missing:\n  toy/crowd four {}, seed 8\n`);
      cluster.submit(arrayOf(second.output).script, env);
      await cluster.idle();
      const last = await run();
      expect(last).toMatchObject({ code: 0 });
      expect(last.output).toContain("difference to one");

      const here = temporary();
      expect(await outrigger([...asked(here), "--workers=2"])).toMatchObject({ code: 0 });
      const [rows, local] = [out, here].map((from) => readResults(join(from, "toy/ci.jsonl")).rows);
      expect(contents(rows ?? [])).toEqual(contents(local ?? []));
      expect(readFileSync(join(out, "toy/ci.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(20);
      const begun = readFileSync(join(folder, "begun.log"), "utf8").match(/^\S+/gm) ?? [];
      const names = ["one", "four"].flatMap((method) =>
        Array.from({ length: 10 }, (_, seed) => `${method}-${seed}`),
      );
      expect(begun.sort()).toEqual([...names, "four-8"].sort());
    },
  );
});
