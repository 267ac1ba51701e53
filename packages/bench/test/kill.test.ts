import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { describe, expect, it } from "vitest";
import { readResults } from "../src/results/read.ts";
import type { Row } from "../src/results/row.ts";
import { alive, outrigger, place, reached, start, until } from "./command.ts";

const kills = 20;

const linesOf = (path: string): string[] =>
  existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];

/** A trial as toy/noise logs it when it begins. */
const keyOf = ({ group, method, options, seed }: Row): string =>
  JSON.stringify([group, method, options.scale ?? null, seed]);

describe("outrigger run", () => {
  it("leaves no trial and no folder behind when it is killed, not even one that never pauses", async () => {
    const { out, args } = place();
    const TMPDIR = join(out, "tmp");
    mkdirSync(TMPDIR);
    const asked = [...args("toy/limits"), "--methods", "loops"];
    const { child, ended } = start(asked, { env: { TOY_MARK: out, TMPDIR } });
    const mark = join(out, "loops.pid");
    await until(() => existsSync(mark) && readFileSync(mark, "utf8") !== "");
    const pid = Number(readFileSync(mark, "utf8"));
    expect(alive(pid)).toBe(true);
    expect(readdirSync(TMPDIR)).toHaveLength(1);
    child.kill("SIGKILL");
    await ended;
    await until(() => !alive(pid) && readdirSync(TMPDIR).length === 0);
  });

  it("goes on after kill -9 at 20 random moments: no broken line, nothing run twice, the same table", async () => {
    const { out } = place();
    const results = join(out, "toy/ci.jsonl");
    const log = join(out, "begun.log");
    const asked = (folder: string) => [
      "run",
      "toy/noise",
      "--tier=ci",
      "--workers=2",
      `--out=${folder}`,
      `--report=${join(folder, "report")}`,
    ];
    const env = { TOY_LOG: log };
    const random = xoroshiro128plus(0x5eed);
    const finished: { begun: number; keys: Set<string> }[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const before = linesOf(results);
      const { child, ended } = start(asked(out), { env: { ...env, TOY_DELAY: "300" } });
      // While it starts, or somewhere inside a trial after one more has ended. Trials take 300 ms, so no round ends more than three of
      // the 62, and there is work left for every kill.
      const more = uniformInt(random, 0, 1);
      await reached(results, before.length + more);
      await new Promise((resolve) => setTimeout(resolve, uniformInt(random, 0, more === 0 ? 700 : 60)));
      child.kill("SIGKILL");
      expect((await ended).signal).toBe("SIGKILL");
      const after = linesOf(results);
      expect(after.slice(0, before.length)).toEqual(before);
      const { rows, remarks } = readResults(results);
      expect(rows).toHaveLength(after.length);
      expect(remarks.filter(({ kind }) => kind !== "cut-off")).toEqual([]);
      finished.push({ begun: linesOf(log).length, keys: new Set(rows.map(keyOf)) });
    }

    const last = await outrigger(asked(out), { env });
    expect(last.code).toBe(0);
    const { rows, remarks } = readResults(results);
    // Two groups: a control and a baseline of 5 seeds, three rules of 3 candidates and 4 more seeds.
    expect(rows).toHaveLength(2 * (5 + 5 + 3 * 7));
    expect(linesOf(results)).toHaveLength(rows.length);
    expect(remarks).toEqual([]);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    // What was finished at a kill never began again after it.
    const begins = linesOf(log);
    for (const { begun, keys } of finished)
      expect(begins.slice(begun).filter((key) => keys.has(key))).toEqual([]);

    const calm = place();
    expect((await outrigger(asked(calm.out))).code).toBe(0);
    const table = async (from: string) =>
      (await outrigger(["table", "toy/noise", "--out", from])).stdout.replace(/ +[\d.]+$/gm, "");
    expect(await table(out)).toBe(await table(calm.out));
    expect(await table(out)).toContain("Tuning budget");
  });
});
