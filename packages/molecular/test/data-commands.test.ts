import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addDescribe } from "../src/cli/describe.ts";
import { addSplit } from "../src/cli/split.ts";
import { describeFile, descriptionText } from "../src/command/describe.ts";
import { splitCommand, splitFile, splitText } from "../src/command/split.ts";
import { MOLECULE_SOURCES } from "../src/data/sources.ts";
import { readSplits } from "../src/data/split-file.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";

let rdkit: Rdkit;
const folder = mkdtempSync(join(tmpdir(), "data-commands-"));
const csv = join(folder, "data.csv");
const out = join(folder, "splits.json");

/** Two rings, chains, a salt, a duplicate with another label, a bad row and a missing label. */
const CSV = `smiles,y,active,part
c1ccccc1O,1,1,train
Oc1ccccc1,2,1,test
c1ccccc1N,3,0,train
C1CCCCC1,4,1,train
C1CCCCC1C,5,0,valid
CCO,6,1,train
CCN.Cl,7,0,train
CCC,,1,test
c1cc,8,0,train
`;

beforeAll(async () => {
  rdkit = await createRdkit();
  writeFileSync(csv, CSV);
});
afterAll(() => rmSync(folder, { recursive: true }));

const here = (): { rdkit: Rdkit; cache: false } => ({ rdkit, cache: false });

describe("describe", () => {
  it("finds everything that is in the file", async () => {
    const found = await describeFile(csv, { ...here(), targets: ["y", "active"] });
    expect(found).toMatchObject({
      rows: 9,
      molecules: 8,
      distinct: 7,
      problems: [{ row: 10, value: "c1cc" }],
      salts: [{ row: 8, kept: "CCN", fragments: 2 }],
      duplicates: [{ smiles: "c1ccccc1O", rows: [2, 3] }],
      conflicts: [{ target: "y", rows: [2, 3], labels: [1, 2] }],
      spread: [{ target: "y", repeated: 1, different: 1, sd: Math.sqrt(0.5), largest: 1 }],
      targets: {
        y: { kind: "regression", labels: 7, missing: 1, mean: 4, least: 1, greatest: 7 },
        active: { kind: "classification", labels: 8, missing: 0, positive: 5 },
      },
      scaffolds: { count: 2, singletons: 0, acyclic: 3, largest: { smiles: "c1ccccc1", molecules: 3 } },
      heavyAtoms: { least: 3, median: 6, greatest: 7 },
    });
    expect(found.split).toBeUndefined();
    expect(rdkit.open).toBe(0);
  });

  it("tells it to people", async () => {
    const text = descriptionText(
      await describeFile(csv, { ...here(), targets: ["y", "active"], column: "part" }),
    );
    for (const line of [
      "9 rows: 8 molecules, 1 left out",
      /line 10, "c1cc": .*closed ring/i,
      "1 molecule of several fragments (salts, mixtures)",
      "line 8: largest fragment CCN",
      "1 row too many of one molecule, 1 molecule concerned",
      'lines 2, 3: "y" is 1, 2',
      'Repeated labels of "y" (1 molecule): standard deviation 0.707, largest difference 1.000',
      /y +7 +13 % +4.000 ± 2.160, 1.000 to 7.000/,
      /active +8 +0 % +5 ones \(63 %\)/,
      "2 scaffolds, 0 of them with one molecule; 3 molecules without rings",
      "most frequent: c1ccccc1, 3 molecules (38 %)",
      /train +5 +63 %/,
      "2 test molecules (100 %) share their scaffold with train: 2 scaffolds, stereochemistry not counted.",
      "Note: 1 test molecules (50 %) are in train as well.",
      'Note: All 1 labels of "active" in the validation part are 0',
    ])
      expect(text).toEqual(
        line instanceof RegExp ? expect.stringMatching(line) : expect.stringContaining(line),
      );
  });

  it("needs no labels, and takes every column of numbers", async () => {
    const bare = join(folder, "bare.csv");
    writeFileSync(bare, "smiles\nCCO\nCCN\n");
    const found = await describeFile(bare, here());
    expect([found.molecules, found.targets]).toEqual([2, {}]);
    expect(descriptionText(found)).toContain("No column of numbers.");
    expect(Object.keys((await describeFile(csv, here())).targets)).toEqual(["y", "active"]);
  });
});

describe("split", () => {
  it("writes what it prints, and describe reads it", async () => {
    const result = await splitCommand(
      csv,
      { ...here(), targets: ["active"], by: "stratified", fractions: [0.5, 0.25, 0.25], seed: 3 },
      out,
    );
    expect(readSplits(out)).toEqual(result.record);
    expect(result.record).toMatchObject({
      variant: "stratified",
      seed: 3,
      fractions: [0.5, 0.25, 0.25],
      molecules: 8,
      leftOut: 1,
    });
    expect(splitText(result)).toMatch(
      /^8 molecules \(1 rows left out\), split: stratified, seed 3, 0.5\/0.25\/0.25\n/,
    );
    expect(splitText(result)).toContain("No scaffold is in two parts.");
    const { split } = await describeFile(csv, { ...here(), targets: ["active"], splits: out });
    expect(split!.parts).toEqual(result.record.summaries[0]);
  });

  it("names the rule of the order by size, which reads no seed", async () => {
    const { record } = await splitFile(csv, { ...here(), by: "scaffold" });
    expect([record.variant, record.seed, record.fractions]).toEqual(["ogb", undefined, [0.8, 0.1, 0.1]]);
  });

  it("makes folds, of which each is a row", async () => {
    const result = await splitFile(csv, { ...here(), targets: ["active"], folds: 3 });
    expect(result.record).toMatchObject({ variant: "scaffold", folds: 3, seed: 0 });
    expect(result.record.splits.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ]);
    expect(splitText(result)).toMatch(/fold 0 .*\nfold 1 .*\nfold 2 /);
  });

  it("takes a split from a column and from lists", async () => {
    const column = await splitFile(csv, { ...here(), column: "part" });
    expect(column.record).toMatchObject({
      variant: 'column "part"',
      splits: [{ train: [0, 2, 3, 5, 6], validation: [4], test: [1, 7] }],
    });
    const list = (name: string, lines: string): string => {
      writeFileSync(join(folder, name), lines);
      return join(folder, name);
    };
    const lists = { train: list("a", "0\n2\n8\n"), validation: list("b", "4\n"), test: list("c", "1\n7\n") };
    const listed = await splitFile(csv, { ...here(), lists });
    expect(listed.record).toMatchObject({
      variant: "lists",
      splits: [{ train: [0, 2], validation: [4], test: [1, 7] }],
    });
    expect(splitText(listed)).toContain(
      "3 molecules are in no part.\n1 entries of the split are no molecule",
    );
  });

  it.each<[string, object, string, RegExp]>([
    ["two ways at once", { by: "random", column: "part" }, "bad-option", /choose one of --by/],
    ["folds by a rule that has none", { by: "ogb", folds: 3 }, "bad-option", /no folds by "ogb"/],
    ["stratification without labels", { by: "stratified" }, "bad-option", /name targets/],
    ["shares", { fractions: [0.5, 0.1, 0.1] }, "bad-option", /sum to 1/],
    ["a missing list", { lists: { train: "x", validation: "x", test: "x" } }, "missing-data", /no file x/],
  ])("names the cure for %s", async (_, command, code, message) => {
    const error: unknown = await splitFile(csv, { ...here(), ...command }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });
});

describe("the command line", () => {
  /** What `outrigger-molecular ...` prints; errors pass through. */
  async function run(...words: readonly string[]): Promise<string> {
    let said = "";
    const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.stubEnv("OUTRIGGER_CACHE", join(folder, "cache"));
    const program = new Command("outrigger-molecular")
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    addSplit(program);
    addDescribe(program);
    for (const command of program.commands) command.copyInheritedSettings(program);
    try {
      await program.parseAsync(words, { from: "user" });
      return said;
    } finally {
      vi.unstubAllEnvs();
      write.mockRestore();
    }
  }

  it("splits and describes, as a table and as JSON", async () => {
    const file = join(folder, "cli.json");
    const words = ["--target", "active", "--by", "balanced", "--seed", "1", "--fractions", "0.6,0.2,0.2"];
    expect(await run("split", csv, ...words, "--out", file)).toMatch(
      /^8 molecules.*balanced, seed 1, 0.6\/0.2\/0.2/,
    );
    expect(existsSync(file)).toBe(true);
    const printed = await run("split", csv, ...words, "--json");
    expect(JSON.parse(printed)).toEqual(JSON.parse(readFileSync(file, "utf8")));
    const described = JSON.parse(
      await run("describe", csv, "--target", "y,active", "--split", file, "--json"),
    ) as object;
    expect(described).toMatchObject({ molecules: 8, split: { parts: [{ part: "train" }, {}, {}] } });
    expect(await run("describe", csv, "--split-column", "part")).toContain("9 rows: 8 molecules");
  });

  it.each([
    [["split", "CSV", "--by", "butina"], /choices are scaffold, ogb/i],
    [["split", "CSV", "--train", "a"], /belong together/],
    [["split", "CSV", "--fractions", "0.8,0.2"], /has 2 shares/],
    [["split", "CSV", "--folds", "2"], /at least 3/],
    [["split", "CSV", "--smiles", "SMILES"], /no column "SMILES".*mean "smiles"/],
    [["describe", "CSV", "--split", "a", "--split-column", "b"], /cannot be used with/],
    [["describe", "none.csv"], /no file none.csv/],
  ])("names the cure for %j", async (words, message) => {
    await expect(run(...words.map((word) => (word === "CSV" ? csv : word)))).rejects.toThrow(message);
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("a public file (needs OUTRIGGER_DATA)", () => {
  it("ESOL is described by its known numbers", async () => {
    const { file, smiles, targets } = MOLECULE_SOURCES["esol"]!;
    const found = await describeFile(join(data ?? "", "molecular", file), { ...here(), smiles, targets });
    expect([
      found.molecules,
      found.molecules - found.distinct,
      found.conflicts.length,
      found.salts.length,
    ]).toEqual([1128, 11, 6, 0]);
    // 269 with the one that molecules without rings have in common.
    expect([found.scaffolds.count, found.scaffolds.acyclic, found.heavyAtoms.greatest]).toEqual([
      268, 317, 55,
    ]);
  });
});
