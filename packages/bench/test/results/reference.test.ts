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

  it("refuses to lose committed rows that the tier still has, names them, and writes nothing", async () => {
    const folder = temporary();
    const entry = { ...(await found("toy/noise")), reference: join(folder, "kept"), codeVersion: "c0de" };
    const crash = { ...(await found("toy/crash")), reference: join(folder, "kept"), codeVersion: "c0de" };
    for (const place of ["out/toy", "kept"]) mkdirSync(join(folder, place), { recursive: true });
    const [path, working] = [join(folder, "kept/smoke.jsonl"), join(folder, "out/toy/smoke.jsonl")];
    const copy = () => copyReference([crash, entry], "smoke", join(folder, "out"));
    const other = toyRow({ benchmark: "toy/crash", method: "fine", group: "", id: "other" });
    const uniform = [0, 1].map((seed) => toyRow({ seed }));
    const alone = [0, 1].map((seed) => toyRow({ seed, method: "single-task" }));
    const before = lines(...uniform, ...alone).replaceAll("c0de", "old");
    writeFileSync(path, before);

    writeFileSync(working, lines(other, ...alone, toyRow()));
    expect(copy).toThrow(
      /toy\/noise, tier smoke: 1 committed row would be lost: gin uniform, seed 1\. Run what is missing first \(outrigger run toy\/noise --tier smoke, without --methods and --seeds\), or remove .* from .*kept\/smoke\.jsonl/,
    );
    writeFileSync(working, lines(other, ...alone));
    expect(copy).toThrow(/2 committed rows would be lost: gin uniform, seeds 0 and 1\./);
    expect(readFileSync(path, "utf8")).toBe(before);

    // More rows, and some in place of what the tier has not any more, are no loss.
    const gone = [toyRow({ method: "gone" }), toyRow({ seed: 7 })];
    writeFileSync(path, lines(...gone, ...alone));
    writeFileSync(working, lines(other, ...alone, ...uniform));
    expect(copy().map(({ rows }) => rows)).toEqual([1, 4]);
    expect(readResults(path).rows).toEqual([other, ...alone, ...uniform]);
  });
});
