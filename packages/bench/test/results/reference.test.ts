import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyReference } from "../../src/command/reference.ts";
import { readResults } from "../../src/results/read.ts";
import { found, temporary } from "../harness.ts";
import { lines, toyRow } from "../rows.ts";

describe("copyReference", () => {
  it("refuses to replace a file with lines that would be lost, and copies once they are gone", async () => {
    const folder = temporary();
    const entry = { ...(await found("toy/noise")), reference: join(folder, "kept"), codeVersion: "c0de" };
    const other = toyRow({ benchmark: "toy/other", id: "other" });
    for (const place of ["out/toy", "kept"]) mkdirSync(join(folder, place), { recursive: true });
    writeFileSync(join(folder, "out/toy/smoke.jsonl"), lines(toyRow({ seed: 1 }), toyRow()));
    const path = join(folder, "kept/smoke.jsonl");
    const copy = () => copyReference([entry], "smoke", join(folder, "out"));

    const before = `${lines(other)}<<<<<<< HEAD\n`;
    writeFileSync(path, before);
    expect(copy).toThrow(/line 2: is no JSON[^]*Mend .*smoke\.jsonl first/);
    expect(readFileSync(path, "utf8")).toBe(before);

    writeFileSync(path, lines(other));
    expect(copy()).toMatchObject([{ name: "toy/noise", rows: 2, dirty: 0 }]);
    expect(readResults(path).rows).toEqual([toyRow(), toyRow({ seed: 1 }), other]);
  });
});
