import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { list } from "../../src/cli/list.ts";
import { readMolecules } from "../../src/data/dataset.ts";
import { makeSplit } from "../../src/data/make-split.ts";
import { readSplits } from "../../src/data/split-file.ts";
import type { PredictorRecord } from "../../src/predictor/record.ts";
import { trainingSplit } from "../../src/training/training-split.ts";
import { command, temporary, tinyCsv, tinyFlags, tinyTable } from "./tiny.ts";

process.env["OUTRIGGER_CACHE"] = temporary();
const folder = temporary();
const at = (name: string): string => join(folder, name);
const data = at("data.csv");
const PARTS = ["train", "train", "train", "valid", "test", ""];
const [heading, ...rows] = tinyCsv(60).trim().split("\n");
const divided = rows.map((row, i) => `${row},${PARTS[i % 6]}`);
writeFileSync(data, [`${heading},"part, mine"`, ...divided].join("\n"));
// Without the tiny split of their own.
const flags = tinyFlags.filter((flag, i) => flag !== "--split" && tinyFlags[i - 1] !== "--split");
const train = (out: string, ...words: readonly string[]) =>
  command("train", data, ...flags, "--ensemble", "1", "--epochs", "1", "--out", at(out), ...words);
const partsOf = (out: string): PredictorRecord["report"]["parts"] =>
  (JSON.parse(readFileSync(join(at(out), "model.json"), "utf8")) as PredictorRecord).report.parts;

describe("train --split", () => {
  it("stratified is that of `split`", async () => {
    expect((await train("stratified", "--split", "stratified", "--split-seed", "2")).code).toBe(0);
    const split = await makeSplit(await tinyTable(60, ["y"]), { variant: "stratified", seed: 2 });
    const { train: trained, validation, test } = split;
    expect(partsOf("stratified")).toEqual({
      train: trained.length,
      validation: validation.length,
      test: test.length,
    });
  });

  it("takes a file that `split` wrote, one of its folds, and says so", async () => {
    await command("split", data, "--by", "random", "--folds", "4", "--out", at("folds.json"));
    const { out, code } = await train("file", "--split", at("folds.json"), "--fold", "3");
    const { train: trained, validation, test } = readSplits(at("folds.json")).splits[3]!;
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`folds.json, split 3: ${trained.length} training`),
    ]);
    expect(partsOf("file")).toEqual({
      train: trained.length,
      validation: validation.length,
      test: test.length,
    });
    expect(out).toContain("The split is a given one");
    expect((await train("beyond", "--split", at("folds.json"), "--fold", "4")).err).toContain("no fold 4");
  });

  it("takes a column, and leaves molecules out that are in no part", async () => {
    const { out, code } = await train("column", "--split-column", "part, mine");
    expect([code, partsOf("column")]).toEqual([0, { train: 30, validation: 10, test: 10 }]);
    expect(out).toContain("10 molecules are in no part of the split and are not used.");
    const table = await readMolecules({ path: data }, { targets: ["y"] });
    const { split } = await trainingSplit(
      table,
      { variant: "column", column: "part, mine" },
      { source: { path: data } },
    );
    expect(split.test.every((row) => PARTS[row % 6] === "test")).toBe(true);
  });

  it.each([
    [["--split", "stratifed"], /no split "stratifed".*Did you mean "stratified"\?/],
    [["--split", "nowhere.json"], /There is no file nowhere\.json/],
    [["--split-column", "Model"], /no column "Model"/],
    [["--split", "nowhere.json", "--split-seed", "3"], /Unrecognized key: "seed"/],
    [["--split", "random", "--fold", "1"], /Unrecognized key: "fold"/],
  ])("%j is a mistake that is named", async (words, said) => {
    const { code, err } = await train("mistake", ...words);
    expect([code, err]).toEqual([1, expect.stringMatching(said)]);
  });
});

describe("list options", () => {
  it("are lines of CSV: names with commas stand in quotes, and repeated options add", () => {
    expect(list("a, b ,c")).toEqual(["a", "b", "c"]);
    expect(list('"a, b",c', ["first"])).toEqual(["first", "a, b", "c"]);
    expect(list('"say ""x"", y"')).toEqual(['say "x", y']);
    expect(list("a,,b,")).toEqual(["a", "b"]);
    expect(() => list('"a,b')).toThrow(/Quotes in "a,b do not match/);
  });

  it("name targets whose columns have commas", async () => {
    const text = tinyCsv(60).replace("smiles,y,class,half", 'smiles,"log S, measured",class,half');
    writeFileSync(at("commas.csv"), text);
    const words = flags.filter((flag, i) => flag !== "--target" && flags[i - 1] !== "--target");
    const small = ["--split", "random", "--ensemble", "1", "--epochs", "1", "--out", at("commas")];
    const targets = ["--target", '"log S, measured"', "--target", "half"];
    const { code, out } = await command("train", at("commas.csv"), ...words, ...small, ...targets);
    expect([code, out]).toEqual([0, expect.stringContaining("log S, measured: regression")]);
    expect(out).toContain("half: regression");
  });
});
