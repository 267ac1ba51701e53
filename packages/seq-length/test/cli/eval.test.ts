import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Evaluated } from "../../src/command/eval.ts";
import { scoreLengths } from "../../src/evaluate/by-length.ts";
import { predictor } from "../../src/evaluate/teacher-forced.ts";
import { readModel } from "../../src/setup/model-folder.ts";
import { command, temporary, tiny, trained, untrained } from "./tiny.ts";

const folder = temporary();
const names = ["a", "b", "none"].map((name) => join(folder, name)) as [string, string, string];
await trained(tiny({ steps: 120 }), names[0]);
await trained(tiny({ steps: 120, seed: 1 }), names[1]);
untrained(tiny({ steps: 120, auxiliary: [] }), names[2]);
const flags = ["--lengths", "2,4,6", "--samples", "40", "--threads", "1"];
const json = join(folder, "all.json");
const all = await command("eval", ...names, ...flags, "--json", json);
const evaluated = JSON.parse(readFileSync(json, "utf8")) as Evaluated;

describe("eval", () => {
  it("reads what train wrote, and scores it as the library does", async () => {
    expect([all.code, all.err]).toEqual([0, `wrote ${json}\n`]);
    const { decoder, params, task, vocabulary } = readModel(names[1]);
    const found = predictor(decoder, params, { threads: 1 });
    const scores = await scoreLengths(found, task, vocabulary, [2, 4, 6], { sequences: 40 });
    await found.dispose();
    expect(evaluated.curves[0]!.models[1]).toMatchObject({ folder: names[1], scores });
  });

  it("puts seeds into one curve from the lowest to the highest, and other options into another with Wilson's interval", () => {
    const [helped, alone] = evaluated.curves;
    expect(evaluated.curves.map(({ label, band, models }) => [label, band, models.length])).toEqual([
      ["rope, restriction", "seeds", 2],
      ["rope, no auxiliary", "wilson", 1],
    ]);
    helped!.points.forEach(({ exact }, i) => {
      const rates = helped!.models.map(({ scores }) => scores[i]!.exactMatch);
      expect(exact).toEqual({
        mean: (rates[0]! + rates[1]!) / 2,
        low: Math.min(...rates),
        high: Math.max(...rates),
      });
    });
    alone!.points.forEach(({ exact }, i) => {
      const { exactMatch, interval } = alone!.models[0]!.scores[i]!;
      expect(exact).toEqual({ mean: exactMatch, ...interval });
    });
  });

  it("prints a table a curve, and how far it reaches", () => {
    expect(all.out).toMatch(/^reverse: N distinct items of 9 symbols .* 40 sequences a length\.\n/);
    expect(all.out).toMatch(/length +exact match +seeds +per token\n/);
    expect(all.out).toMatch(/length +exact match +95 % interval +per token\n/);
    expect(all.out.match(/mean beyond length 3: [\d.]+ %; area over ln length: \d\.\d{3}/g)).toHaveLength(2);
  });

  it("writes CSV, a row a model and length, and nothing beside it on standard output", async () => {
    const { out } = await command("eval", names[0], names[2], ...flags, "--csv", "-");
    const [head, ...rows] = out.trimEnd().split("\n");
    expect(head).toMatch(/^folder,curve,task,/);
    expect(rows).toHaveLength(6);
    // Only folder and curve are quoted, and they have a comma.
    const cells = rows.map((row) => /^"([^"]*)","([^"]*)",(.*)$/.exec(row)!);
    const score = evaluated.curves[0]!.models[0]!.scores[1]!;
    expect(cells[1]!.slice(1, 3)).toEqual([names[0], "rope, restriction"]);
    expect(cells[1]![3]!.split(",").slice(0, 8)).toEqual(
      ["reverse", 3, 0, 0, 4, 40, score.exactMatch, score.interval.low].map(String),
    );
    for (const [, , , rest] of cells) expect(rest!.split(",")).toHaveLength(head!.split(",").length - 2);
  });

  it("refuses a length beyond a learned table before anything is computed, and says how large it must be", async () => {
    const learned = join(folder, "learned");
    untrained(tiny({ position: "learned" }), learned);
    const { code, err } = await command("eval", learned, "--lengths", "4,7");
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /Length 7 takes 17 position ids, and the table of .* \(learned\) has 15\. .*--id-range 17/,
      ),
    ]);
  });

  it("refuses models of two tasks, one model twice, and a length that the task has not", async () => {
    const other = join(folder, "sort");
    untrained(tiny({ task: "sort" }), other);
    expect((await command("eval", names[0], other, ...flags)).err).toMatch(/compare models of one task/);
    expect((await command("eval", names[0], names[0], ...flags)).err).toMatch(/they are one model/);
    expect((await command("eval", names[0], "--lengths", "12")).err).toMatch(
      /instances of length 1 to 9, none of 12/,
    );
  });
});
