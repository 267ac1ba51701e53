import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeRemarks, readResults } from "../../src/results/read.ts";
import { ResultFile } from "../../src/results/store.ts";
import { summarize } from "../../src/results/summary.ts";
import { found, temporary } from "../harness.ts";
import { lines, toyRow } from "../rows.ts";

function file(content: string): string {
  const path = join(temporary(), "smoke.jsonl");
  writeFileSync(path, content);
  return path;
}

const one = toyRow({ seed: 0 });
const two = toyRow({ seed: 1 });
const better = toyRow({ seed: 1, metrics: { "validation/rmse": 0.5, "test/rmse": 0.5 } });
const failed = toyRow({ seed: 1, status: "failed", metrics: {}, error: "Error: out of luck" });

describe("a results file", () => {
  it("that is not there, or empty, has no rows and no remarks", () => {
    expect(readResults("/nowhere/smoke.jsonl")).toMatchObject({ rows: [], remarks: [] });
    expect(readResults(file(""))).toMatchObject({ rows: [], remarks: [], whole: 0, ended: true });
  });

  it("that is a folder, or would lie in a file, is a typed error that says what to do", () => {
    const folder = temporary();
    writeFileSync(join(folder, "file"), "");
    for (const path of [folder, join(folder, "file", "smoke.jsonl")])
      expect(() => new ResultFile(path)).toThrow(
        expect.objectContaining({
          code: "disk",
          message: expect.stringMatching(/cannot be used for results.*--out/),
        }),
      );
  });

  it("with a last line that was cut off: reported, its trial not counted, cut away before the next row", async () => {
    const whole = lines(one);
    const path = file(whole + lines(two).slice(0, -40));
    const results = readResults(path);
    expect(results.rows).toEqual([one]);
    expect(describeRemarks(results)).toEqual([
      `${path}, line 2: was cut off while it was written; its trial counts as not run.`,
    ]);
    expect(readFileSync(path, "utf8")).toHaveLength(whole.length + lines(two).length - 40);
    const opened = new ResultFile(path);
    expect(opened.before.remarks).toEqual(results.remarks);
    await opened.append(two);
    await opened.close();
    expect(readFileSync(path, "utf8")).toBe(whole + lines(two));
  });

  it("cut off at any byte loses the last row at most, and never another", async () => {
    const content = Buffer.from(lines(one, { ...two, notes: ["ümlaut 水"] }));
    const first = Buffer.from(lines(one)).length;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: first, max: content.length }), async (length) => {
        const path = file("");
        writeFileSync(path, content.subarray(0, length));
        const opened = new ResultFile(path);
        const rows = opened.before.rows.length;
        await opened.append(toyRow({ seed: 2 }));
        await opened.close();
        const after = readResults(path);
        expect(rows).toBe(length >= content.length - 1 ? 2 : 1);
        expect(after.remarks).toEqual([]);
        expect(after.rows).toHaveLength(rows + 1);
      }),
    );
  });

  it("larger than a piece that is read at a time has the same rows, wherever a piece ends", () => {
    const rows = Array.from({ length: 9 }, (_, seed) =>
      toyRow({ seed, notes: ["ü水".repeat(seed === 4 ? 600_000 : 50_000 + seed)] }),
    );
    const path = file(lines(...rows));
    const results = readResults(path);
    expect(results.remarks).toEqual([]);
    expect(results.rows.map(({ notes }) => notes)).toEqual(rows.map(({ notes }) => notes));
    expect([results.whole, results.ended]).toEqual([statSync(path).size, true]);
  });

  it("without its last line's end keeps that row, and what is added comes on a line of its own", async () => {
    const path = file(lines(one, two).trimEnd());
    const opened = new ResultFile(path);
    expect(opened.before).toMatchObject({ rows: [one, two], remarks: [], ended: false });
    await opened.append(toyRow({ seed: 2 }));
    await opened.close();
    expect(readResults(path)).toMatchObject({ rows: [one, two, toyRow({ seed: 2 })], remarks: [] });
  });

  it("with foreign lines: each reported with its line, left where it is, and the rows around it used", async () => {
    const future = JSON.stringify({ ...two, format: 2 });
    const content = `<<<<<<< HEAD\n${lines(one)}{"id": 7}\n\nnull\n${future}\n${lines(two)}`;
    const path = file(content);
    const results = readResults(path);
    expect(results.rows).toEqual([one, two]);
    expect(results.remarks.map(({ kind, line }) => `${kind} ${line}`)).toEqual([
      "foreign 1",
      "foreign 3",
      "foreign 5",
      "foreign 6",
    ]);
    const told = describeRemarks(results);
    expect(told[0]).toMatch(/line 1: is no JSON and is not used \(Unexpected token/);
    expect(told[1]).toMatch(/line 3: is not a result and is not used \(.*format/);
    expect(told[3]).toBe(`${path}: and 1 more like that.`);
    expect(results.remarks[3]?.what).toContain("has format 2");
    await new ResultFile(path).close();
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("whose last line is foreign and has no end: nothing is cut away", async () => {
    const path = file(`${lines(one)}# to be continued`);
    expect(readResults(path).remarks).toMatchObject([{ kind: "foreign", line: 2 }]);
    await new ResultFile(path).close();
    expect(readFileSync(path, "utf8")).toBe(`${lines(one)}# to be continued\n`);
  });

  it("with two rows of one id: the first counts, and the report says whether the numbers differ", () => {
    const path = file(lines(one, two, two, better));
    const results = readResults(path);
    expect(results.rows).toEqual([one, two]);
    expect(results.remarks).toEqual([
      {
        kind: "repeated",
        line: 3,
        what: `repeats trial ${two.id} of line 2 with the same numbers; line 2 counts`,
      },
      {
        kind: "repeated",
        line: 4,
        what: `repeats trial ${two.id} of line 2 with other numbers; line 2 counts`,
      },
    ]);
  });

  it("with a failed trial that was tried again: the done row counts, and that is no repetition", () => {
    expect(readResults(file(lines(failed, one, two)))).toMatchObject({ rows: [two, one], remarks: [] });
    expect(readResults(file(lines(two, failed)))).toMatchObject({ rows: [two], remarks: [] });
    const again = { ...failed, error: "Error: out of luck again" };
    expect(readResults(file(lines(failed, again)))).toMatchObject({ rows: [again], remarks: [] });
  });
});

describe("rows that no table shows", () => {
  it("are counted by why: another version, other code, a seed that the tier does not have", async () => {
    const { benchmark } = await found("toy/noise");
    const rows = [
      one,
      toyRow({ seed: 1, version: 2, id: "a" }),
      toyRow({ seed: 0, version: 3, id: "b" }),
      toyRow({ seed: 1, codeVersion: "old" }),
      toyRow({ seed: 9 }),
    ];
    const summary = summarize(benchmark, "smoke", "c0de", rows);
    expect(summary?.unused).toEqual([
      "2 trials of another version (2, 3) left out: the benchmark is at version 1.",
      "1 trial of other code left out.",
      "1 trial with seeds that the tier does not have (9) left out.",
    ]);
    expect(summarize(benchmark, "smoke", "c0de", [one])?.unused).toEqual([]);
  });
});
