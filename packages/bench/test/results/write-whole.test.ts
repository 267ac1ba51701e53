import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeWhole } from "../../src/results/write-whole.ts";
import { outrigger } from "../command.ts";
import { temporary } from "../harness.ts";
import { lines, toyRow } from "../rows.ts";

describe("writeWhole", () => {
  it("makes the folder, replaces what is there, and leaves nothing beside it", () => {
    const folder = temporary();
    const path = join(folder, "deep/file");
    for (const text of ["one", "two"]) {
      writeWhole(path, text);
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    expect(readdirSync(join(folder, "deep"))).toEqual(["file"]);
  });

  it("says what is in the way, and leaves nothing of its own", () => {
    const folder = temporary();
    mkdirSync(join(folder, "taken"));
    writeFileSync(join(folder, "file"), "");
    const write =
      (...path: string[]) =>
      () =>
        writeWhole(join(folder, ...path), "text");
    expect(write("taken")).toThrow(/taken cannot be written: .*Mend this, or give another place/);
    expect(write("file", "below")).toThrow(/below cannot be written: /);
    expect(write("taken")).toThrow(expect.objectContaining({ code: "disk" }));
    expect(readdirSync(folder).sort()).toEqual(["file", "taken"]);
  });
});

describe("outrigger", () => {
  it("says in one line what is in the way of a report, its figures or an export", async () => {
    const out = temporary();
    mkdirSync(join(out, "toy"));
    writeFileSync(join(out, "toy/smoke.jsonl"), lines(toyRow(), toyRow({ method: "single-task" })));
    const file = join(out, "file");
    writeFileSync(file, "mine");
    const say = async (...args: string[]) => {
      const { code, output } = await outrigger([...args, "--out", out]);
      expect(code).toBe(1);
      return output.trimEnd().split("\n").at(-1);
    };
    expect(await say("report", "--report", file)).toMatch(
      /^outrigger: .*file\/index\.html cannot be written/,
    );
    const report = join(out, "report");
    expect(await say("report", "--report", report, "--png", file)).toMatch(
      /^outrigger: .*file\/.*\.png cannot be written/,
    );
    expect(await say("export", "csv", join(out, "toy"))).toMatch(/^outrigger: .*toy cannot be written/);
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(existsSync(join(report, "index.html"))).toBe(true);
    expect(readdirSync(out).sort()).toEqual(["file", "report", "toy"]);
  });
});
