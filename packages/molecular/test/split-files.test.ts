import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanMolecules } from "../src/data/clean.ts";
import { type MoleculeTable, readMolecules } from "../src/data/dataset.ts";
import { loadDataset } from "../src/data/load.ts";
import { stratifiedScaffoldSplit } from "../src/data/make-split.ts";
import { BACE, CLINTOX, ESOL } from "../src/data/sources.ts";
import { type Split, splitByScaffold } from "../src/data/split.ts";
import { applySplit, readSplits, splitRecord, writeSplits } from "../src/data/split-file.ts";
import { readList, splitByColumn, splitByLists } from "../src/data/split-lists.ts";
import { splitNotes } from "../src/data/split-summary.ts";
import { murckoScaffolds } from "../src/feature/featurize.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";
import { all, parts, positives } from "./support/split-cases.ts";

let rdkit: Rdkit;
const folder = mkdtempSync(join(tmpdir(), "splits-"));
beforeAll(async () => {
  rdkit = await createRdkit();
});
afterAll(() => rmSync(folder, { recursive: true }));
const CSV = `smiles,y,part
CCO,1,train
C1,2,train

CCN,3,TRAIN
OCC,1,Valid
CCC,4,test
C,5,
`;
const read = (text = CSV): Promise<MoleculeTable> => readMolecules({ text }, { rdkit, targets: ["y"] });

describe("given splits", () => {
  it("come from a column, in any case, and say which molecules are in no part", async () => {
    const found = splitByColumn(await read(), { text: CSV }, "part");
    expect(found).toEqual({
      split: { train: [0, 1], validation: [2], test: [3] },
      unassigned: [8],
      absent: [],
    });
  });

  it("come from lists of data rows, of which some were left out", async () => {
    const lists = { train: ["0", "1", "2"], validation: ["3"], test: ["4"] };
    const found = await splitByLists(await read(), lists);
    expect(found).toEqual({
      split: { train: [0, 1], validation: [2], test: [3] },
      unassigned: [8],
      absent: ["1"],
    });
  });

  it("come from lists of SMILES, as written or in canonical form", async () => {
    const lists = { train: ["CCO", "NCC"], validation: ["OCC"], test: ["C(C)C", "C", "c1ccccc1"] };
    const found = await splitByLists(await read(), lists, rdkit);
    expect(found).toEqual({
      split: { train: [0, 1], validation: [2], test: [3, 4] },
      unassigned: [],
      absent: ["c1ccccc1"],
    });
  });

  it("are read from lists with gzip, headings and blank lines", () => {
    const path = join(folder, "list.txt");
    writeFileSync(path, gzipSync("\uFEFFsmiles\r\nCCO\r\n\r\nCCN"));
    expect(readList(path)).toEqual(["CCO", "CCN"]);
    expect(() => readList(join(folder, "none"))).toThrow(/no file/);
    writeFileSync(path, gzipSync("CCO\n".repeat(99)).subarray(0, 20));
    expect(() => readList(path)).toThrow(/cut off/);
  });

  it.each([
    [
      "an unknown part",
      (table: MoleculeTable) => splitByColumn(table, { text: CSV.replace("Valid", "holdout") }, "part"),
      /row 6.*"holdout"/,
    ],
    [
      "a part that every object has",
      (table: MoleculeTable) => splitByColumn(table, { text: CSV.replace("Valid", "constructor") }, "part"),
      /row 6.*"constructor" is no part of a split/,
    ],
    [
      "no such column",
      (table: MoleculeTable) => splitByColumn(table, { text: CSV }, "parts"),
      /no column "parts".*"part"/,
    ],
    [
      "two parts",
      (table: MoleculeTable) => splitByLists(table, { train: ["0"], validation: ["0"], test: [] }),
      /Row 2.*both train and validation/,
    ],
    [
      "another file",
      (table: MoleculeTable) => splitByLists(table, { train: ["70"], validation: [], test: [] }),
      /names no molecule/,
    ],
  ])("name the cure for %s", async (_, make, message) => {
    const table = await read();
    const error: unknown = await (async () => make(table))().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "bad-data", message: expect.stringMatching(message) as string });
  });
});

describe("splits.json", () => {
  const data = join(folder, "data.csv");
  const path = join(folder, "splits.json");
  const split: Split = { train: [0, 1], validation: [2], test: [3] };
  const record = async (): ReturnType<typeof splitRecord> => {
    writeFileSync(data, CSV);
    const table = await readMolecules({ path: data }, { rdkit, targets: ["y"] });
    const origin = { variant: "balanced", seed: 7, fractions: [0.5, 0.25, 0.25] as const };
    return splitRecord(table, [split], origin, data);
  };

  it("records how it was made and what came of it, and comes back the same", async () => {
    const written = await record();
    expect(written).toMatchObject({
      variant: "balanced",
      seed: 7,
      fractions: [0.5, 0.25, 0.25],
      file: { name: "data.csv" },
      molecules: 5,
      leftOut: 1,
      splits: [{ train: [0, 2], validation: [3], test: [4] }],
    });
    expect(written.summaries[0]!.map(({ molecules }) => molecules)).toEqual([2, 1, 1]);
    writeSplits(path, written);
    expect(readSplits(path)).toEqual(written);
    expect(readFileSync(path, "utf8")).toContain('"train": [0,2]');
    const again = await readMolecules({ path: data }, { rdkit, targets: ["y"] });
    expect((await applySplit(readSplits(path), again, { path: data })).split).toEqual(split);
  });

  it("fits the table after cleaning, and says what it no longer finds", async () => {
    const written = await record();
    const { table } = await cleanMolecules(await read(), { rdkit });
    const applied = await applySplit(written, table);
    expect(applied.split).toEqual({ train: [0, 1], validation: [], test: [2] });
    expect(applied.absent).toEqual(["3"]);
  });

  it("reads chemprop's form", async () => {
    writeFileSync(path, JSON.stringify([{ train: [0, 2], val: [3], test: [4] }]));
    expect((await applySplit(readSplits(path), await read())).split).toEqual(split);
  });

  it("refuses another file, another version, an unknown fold and what is no split", async () => {
    const written = await record();
    const other = join(folder, "other.csv");
    copyFileSync(data, other);
    await applySplit(written, await read(), { path: other });
    writeFileSync(other, CSV.replace("CCC", "CCF"));
    const refused = (given: object): Promise<unknown> =>
      read()
        .then((table) => applySplit(written, table, given))
        .catch((error: unknown) => error);
    expect(await refused({ path: other })).toMatchObject({
      code: "bad-data",
      message: expect.stringMatching(/other contents/) as string,
    });
    expect(await refused({ fold: 1 })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/no fold 1.*has 1/) as string,
    });
    const bad = (content: string): (() => unknown) => {
      writeFileSync(path, content);
      return () => readSplits(path);
    };
    expect(bad(JSON.stringify({ ...written, version: 2 }))).toThrow(/not of version 1/);
    expect(bad(JSON.stringify({ ...written, splits: [{ train: [0.5], test: [] }] }))).toThrow(
      /split 0 something else/,
    );
    expect(bad("[]")).toThrow(/no list of splits/);
    expect(bad("null")).toThrow(/no list of splits/);
    expect(bad("{")).toThrow(/as JSON/);
    expect(() => readSplits(join(folder, "none.json"))).toThrow(/no file/);
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("public splits (need OUTRIGGER_DATA)", () => {
  const molecular = join(data ?? "", "molecular");

  it("BACE's column of the paper's split is read", async () => {
    const table = await loadDataset(BACE, { rdkit });
    const { split, unassigned } = splitByColumn(table, { path: table.name }, "Model");
    expect(parts(split).map((rows) => rows.length)).toEqual([203, 45, 1265]);
    expect(unassigned).toEqual([]);
  });

  it("OGB's index files are read", async () => {
    const path = (name: string): string => join(molecular, "ogb_scaffold_splits", `molesol.${name}`);
    const table = await readMolecules(
      { path: path("mapping.csv") },
      { rdkit, smiles: "smiles", targets: ESOL.targets },
    );
    const [train, validation, test] = ["train", "valid", "test"].map((part) =>
      readList(path(`${part}.csv.gz`)),
    );
    const found = await splitByLists(table, { train: train!, validation: validation!, test: test! });
    expect(parts(found.split).map((rows) => rows.length)).toEqual([902, 113, 113]);
    expect(found.split.test.slice(0, 3)).toEqual([0, 1, 3]);
    expect([found.unassigned, found.absent]).toEqual([[], []]);
  });

  it("ClinTox, stratified, has the classes of both targets in proportion in every part", async () => {
    const table = await loadDataset(CLINTOX, { rdkit });
    const scaffolds = await murckoScaffolds(table.smiles, { rdkit, cache: false });
    const worst = (split: Split): number =>
      Math.max(
        ...Object.values(table.targets).flatMap((labels) => {
          const whole = positives(all(table.smiles.length), labels) / table.smiles.length;
          return parts(split).map((rows) => Math.abs(positives(rows, labels) / rows.length - whole));
        }),
      );
    const stratified = stratifiedScaffoldSplit(scaffolds, Object.values(table.targets));
    expect(splitNotes(stratified, table.targets)).toEqual([]);
    expect(worst(stratified)).toBeLessThan(0.01);
    expect(worst(stratified)).toBeLessThan(worst(splitByScaffold(scaffolds, { variant: "deepchem" })));
  });
});
