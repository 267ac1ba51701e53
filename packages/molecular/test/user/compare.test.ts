import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CompareOptions, type Comparison, compare } from "../../src/compare/compare.ts";
import { chatServer, good } from "../support/chat-server.ts";
import { command, quick, temporary, tiny, tinyCsv, tinyTable } from "./tiny.ts";

process.env["OUTRIGGER_CACHE"] = temporary();
const chosen = tiny({ ensemble: 1, auxiliary: ["tpsa"], epochs: 2, split: { variant: "stratified" } });
const table = await tinyTable(60, ["y"]);
const options = { seeds: 2, tries: 1, run: quick.run! };
const trainings = (directory: string): string[] =>
  Object.keys(JSON.parse(readFileSync(join(directory, "trainings.json"), "utf8")).trainings);

/** Runs until the training of this number begins, or to the end; the trainings that were begun. */
async function begun(directory: string, more: CompareOptions = {}, stopAt?: number) {
  const stop = new AbortController();
  const names: string[] = [];
  const comparison = await compare(table, chosen, {
    ...options,
    directory,
    signal: stop.signal,
    onProgress(done, total, what) {
      if (done < total) names.push(what);
      if (names.length === stopAt) stop.abort();
    },
    ...more,
  });
  return { comparison, names };
}

describe("compare", () => {
  it("goes on after an interrupt without the trainings that were finished, to the same numbers", async () => {
    const directory = temporary();
    const first = await begun(directory, {}, 4);
    expect([first.comparison, first.names.length, trainings(directory).length]).toEqual([null, 4, 3]);
    const rest = await begun(directory);
    expect(rest.names).toHaveLength(5);
    expect(rest.comparison).toEqual(await compare(table, chosen, options));
    expect(rest.comparison).toMatchObject({ resplit: true, split: "stratified", chosen: "named" });
    // More seeds and nothing else: only theirs are trained.
    expect((await begun(directory, { seeds: 3 })).names).toEqual(
      ["single", "auxiliary", "inputs", "both"].map((arm) => `${arm}, seed 2`),
    );
  });

  it("refuses a folder of other options or molecules", async () => {
    const directory = temporary();
    await begun(directory, {}, 2);
    await expect(compare(table, { ...chosen, epochs: 9 }, { ...options, directory })).rejects.toThrow(
      /epochs \(was 2, now 9\)/,
    );
    await expect(compare(await tinyTable(50, ["y"]), chosen, { ...options, directory })).rejects.toThrow(
      /on other molecules, labels or another split/,
    );
  });

  it("tries weight decay with auxiliary tasks, too, where training does not read their scale", async () => {
    const directory = temporary();
    await compare(table, { ...chosen, method: "pre-train" }, { ...options, seeds: 1, tries: 2, directory });
    const tried = ["single", "auxiliary", "inputs", "both"].flatMap((arm) =>
      [0, 0.3].map((decay) => `${arm} weightDecay=${decay} seed=0`),
    );
    expect(trainings(directory)).toEqual(tried);
  });

  it("asks a language model once, and not again when it goes on", async () => {
    await using server = await chatServer(good);
    const environment = {
      OPENAI_BASE_URL: server.baseUrl,
      OPENAI_API_KEY: "sk-local-0123456789",
      OUTRIGGER_LLM_MODEL: "m",
    };
    Object.assign(process.env, environment);
    const directory = temporary();
    const asked = { ...chosen, auxiliary: "language-model" } as const;
    const stop = new AbortController();
    const stopped = await compare(table, asked, {
      ...options,
      directory,
      signal: stop.signal,
      onProgress: (done) => done === 1 && stop.abort(),
    });
    expect(stopped).toBeNull();
    const before = server.seen.length;
    process.env["OUTRIGGER_CACHE"] = temporary();
    const comparison = (await compare(table, asked, { ...options, directory })) as Comparison;
    expect(server.seen.length).toBe(before);
    expect(comparison.chosen).toBe("chosen by a language model (m)");
    expect(comparison.auxiliaries).toContain("tpsa");
    for (const name of Object.keys(environment)) delete process.env[name];
  });

  it("keeps the result of the command in its folder, and does not do it twice", async () => {
    const folder = temporary();
    const data = join(folder, "data.csv");
    writeFileSync(data, tinyCsv(60));
    const out = join(folder, "comparison");
    const words =
      "--target y --model mlp --width 8 --epochs 1 --seeds 1 --tries 1 --split random --auxiliary tpsa";
    const run = (...more: string[]) =>
      command("compare", data, ...words.split(" "), "--threads", "1", "--out", out, ...more);
    const first = await run();
    expect([first.code, first.out]).toEqual([0, expect.stringContaining("Auxiliary tasks, named: tpsa.")]);
    expect([existsSync(join(out, "comparison.json")), existsSync(join(out, "training"))]).toEqual([
      true,
      false,
    ]);
    const again = await run();
    expect([again.code, again.out]).toEqual([0, first.out]);
    expect(again.err).toContain("is compared already");
    expect((await run("--seed", "4")).err).toMatch(/seed \(was 0, now 4\)/);
    const others = join(folder, "others.csv");
    writeFileSync(others, tinyCsv(50));
    const other = await command("compare", others, ...words.split(" "), "--out", out);
    expect([other.code, other.err]).toEqual([
      1,
      expect.stringContaining("holds a comparison of data.csv, not of others.csv. Give another --out"),
    ]);
    writeFileSync(join(out, "comparison.json"), "{");
    const damaged = await run();
    expect([damaged.code, damaged.err]).toEqual([
      1,
      expect.stringContaining("comparison.json holds no JSON object. Take it away"),
    ]);
  });
});
