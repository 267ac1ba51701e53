import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { Random } from "@outrigger/core/random";
import { array, assert, constantFrom, integer, nat, option, property, tuple } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanMolecules } from "../src/data/clean.ts";
import { type MoleculeTable, readMolecules } from "../src/data/dataset.ts";
import { enumeratedSmiles } from "../src/data/enumerated.ts";
import type { LabelColumn } from "../src/data/labels.ts";
import { loadDataset } from "../src/data/load.ts";
import { kFold, makeSplit, stratifiedScaffoldSplit } from "../src/data/make-split.ts";
import { BACE, CLINTOX, ESOL } from "../src/data/sources.ts";
import { type Split, splitByScaffold } from "../src/data/split.ts";
import { applySplit, readSplits, splitRecord, writeSplits } from "../src/data/split-file.ts";
import { readList, splitByColumn, splitByLists } from "../src/data/split-lists.ts";
import { splitNotes, splitOverlap, summarizeSplit } from "../src/data/split-summary.ts";
import { murckoScaffolds } from "../src/feature/featurize.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";

let rdkit: Rdkit;
const folder = mkdtempSync(join(tmpdir(), "splits-"));
beforeAll(async () => {
  rdkit = await createRdkit();
});
afterAll(() => rmSync(folder, { recursive: true }));

const column = (labels: readonly (number | null)[]): LabelColumn => ({
  values: Float64Array.from(labels, (label) => label ?? 0),
  present: Uint8Array.from(labels, (label) => Number(label !== null)),
});
const parts = ({ train, validation, test }: Split): (readonly number[])[] => [train, validation, test];
const inOrder = (split: Split): number[] =>
  parts(split)
    .flat()
    .sort((a, b) => a - b);
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const positives = (rows: readonly number[], { values }: LabelColumn): number =>
  rows.filter((row) => values[row] === 1).length;

describe("the stratified scaffold split", () => {
  const molecules = array(
    tuple(constantFrom("a", "b", "c", "d", "e", "f", "g"), option(constantFrom(0, 1))),
    {
      minLength: 1,
      maxLength: 80,
    },
  );

  it("puts every molecule into one part, and every scaffold", () => {
    assert(
      property(molecules, nat(), (list, seed) => {
        const scaffolds = list.map(([scaffold]) => scaffold);
        const split = stratifiedScaffoldSplit(scaffolds, [column(list.map(([, label]) => label))], { seed });
        expect(inOrder(split)).toEqual(all(list.length));
        const kinds = parts(split).map((rows) => new Set(rows.map((row) => scaffolds[row])));
        expect(kinds.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(scaffolds).size);
      }),
    );
  });

  // A local minimum: of 24,000 classes in parts 11 were off by more than one molecule, at most by 1.2.
  it("keeps every class within one and a half molecules of its share when each molecule is a scaffold of its own", () => {
    assert(
      property(integer({ min: 10, max: 60 }), integer({ min: 10, max: 60 }), nat(), (zeros, ones, seed) => {
        const labels = column([...new Array<number>(zeros).fill(0), ...new Array<number>(ones).fill(1)]);
        const scaffolds = all(zeros + ones).map(String);
        const split = stratifiedScaffoldSplit(scaffolds, [labels], { seed });
        for (const [part, share] of [0.8, 0.1, 0.1].entries()) {
          const rows = parts(split)[part]!;
          expect(Math.abs(positives(rows, labels) - share * ones)).toBeLessThanOrEqual(1.5);
          expect(Math.abs(rows.length - positives(rows, labels) - share * zeros)).toBeLessThanOrEqual(1.5);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("keeps fifths of a number in proportion", () => {
    const random = Random.seeded(0, "test/labels");
    const values = all(500).map(() => random.normal());
    const { test } = stratifiedScaffoldSplit(all(500).map(String), [column(values)], { seed: 3 });
    const sorted = values.toSorted((a, b) => a - b);
    const fifth = (row: number): number => Math.floor((sorted.indexOf(values[row]!) * 5) / 500);
    for (const k of [0, 1, 2, 3, 4])
      expect(Math.abs(test.filter((row) => fifth(row) === k).length - 10)).toBeLessThanOrEqual(2);
  });

  it("has both classes in every part where the order by size leaves one class in the test part", () => {
    // One large scaffold with both classes, then pairs: the later pairs, all negative, go to test when the order is by size.
    const scaffolds = [...new Array<string>(40).fill("big"), ...all(60).map((i) => `pair${i >> 1}`)];
    const labels = column(scaffolds.map((_, i) => (i < 40 ? i % 2 : Number(i >= 76))));
    const targets = { active: labels };
    const bySize = splitByScaffold(scaffolds, { variant: "ogb" });
    expect(splitNotes(bySize, targets)).toMatchObject([
      { kind: "one-class", part: "validation", target: "active" },
      { kind: "one-class", part: "test", target: "active" },
    ]);
    const stratified = stratifiedScaffoldSplit(scaffolds, [labels]);
    expect(splitNotes(stratified, targets)).toEqual([]);
    expect(parts(stratified).map((rows) => rows.length)).toEqual([80, 10, 10]);
  });

  it("depends on the seed and on nothing else, and honours the shares, 0 too", () => {
    const scaffolds = all(100).map((i) => String(i % 60));
    const labels = [column(all(100).map((i) => i % 2))];
    const first = stratifiedScaffoldSplit(scaffolds, labels, { seed: 1 });
    expect(stratifiedScaffoldSplit(scaffolds, labels, { seed: 1 })).toEqual(first);
    expect(stratifiedScaffoldSplit(scaffolds, labels, { seed: 2 })).not.toEqual(first);
    const half = stratifiedScaffoldSplit(scaffolds, labels, { fractions: [0.5, 0, 0.5] });
    expect(parts(half).map((rows) => rows.length)).toEqual([50, 0, 50]);
    expect(() => stratifiedScaffoldSplit(scaffolds, labels, { fractions: [1, 1, 0] })).toThrow(/sum to 1/);
    expect(() => stratifiedScaffoldSplit([], labels)).toThrow(/no molecules/);
  });
});

describe("makeSplit and kFold", () => {
  const smiles = enumeratedSmiles(60);
  const targets = { y: column(smiles.map((_, i) => i % 2)) };
  const options = (): { rdkit: Rdkit; cache: false } => ({ rdkit, cache: false });

  it.each(["ogb", "deepchem", "balanced", "random", "stratified"] as const)(
    "%s divides all molecules",
    async (variant) => {
      const split = await makeSplit({ smiles, targets }, { ...options(), variant });
      expect(inOrder(split)).toEqual(all(60));
    },
  );

  it.each(["random", "scaffold", "stratified"] as const)(
    "%s folds test and validate every molecule once",
    async (variant) => {
      const splits = await kFold({ smiles, targets }, { ...options(), variant, folds: 5 });
      expect(splits.length).toBe(5);
      for (const split of splits) expect(inOrder(split)).toEqual(all(60));
      expect(splits.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(all(60));
      expect(splits.flatMap(({ validation }) => validation).sort((a, b) => a - b)).toEqual(all(60));
      expect(splits.map(({ validation }) => validation)).toEqual(
        splits.map((_, k) => splits[(k + 1) % 5]!.test),
      );
      expect(await kFold({ smiles, targets }, { ...options(), variant, folds: 5, seed: 1 })).not.toEqual(
        splits,
      );
    },
  );

  it.each(["scaffold", "stratified"] as const)("%s folds never divide a scaffold", async (variant) => {
    const scaffolds = await murckoScaffolds(smiles, options());
    for (const split of await kFold({ smiles, targets }, { ...options(), variant, folds: 4 }))
      expect(splitOverlap(split, scaffolds).map(({ molecules }) => molecules)).toEqual([0, 0, 0]);
  });

  it("folds are refused where there cannot be any", async () => {
    const refused = (given: object): Promise<unknown> =>
      kFold({ smiles }, { ...options(), variant: "random", folds: 5, ...given } as never).catch(
        (error: unknown) => error,
      );
    expect(await refused({ folds: 2 })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/from 3 to the 60/) as string,
    });
    expect(await refused({ folds: 61 })).toMatchObject({ code: "bad-option" });
    expect(await refused({ variant: "ogb" })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/"ogb"/) as string,
    });
    expect(await refused({ variant: "stratified" })).toMatchObject({
      code: "bad-option",
      message: expect.stringMatching(/labels/) as string,
    });
  });
});

describe("what is said of a split", () => {
  const targets = { active: column([1, 0, 1, 1, null, null]), y: column([1, 3, 5, null, 5, null]) };

  it("is the size and the labels of every part", () => {
    expect(summarizeSplit({ train: [0, 1, 2], validation: [3, 4], test: [5] }, targets)).toEqual([
      {
        part: "train",
        molecules: 3,
        targets: {
          active: { kind: "classification", labels: 3, missing: 0, positive: 2 },
          y: {
            kind: "regression",
            labels: 3,
            missing: 0,
            mean: 3,
            sd: 2,
            least: 1,
            greatest: 5,
          },
        },
      },
      {
        part: "validation",
        molecules: 2,
        targets: {
          active: { kind: "classification", labels: 1, missing: 1, positive: 1 },
          y: { kind: "regression", labels: 1, missing: 1, mean: 5, sd: null, least: 5, greatest: 5 },
        },
      },
      {
        part: "test",
        molecules: 1,
        targets: {
          active: { kind: "classification", labels: 0, missing: 1, positive: 0 },
          y: { kind: "regression", labels: 0, missing: 1, mean: null, sd: null, least: null, greatest: null },
        },
      },
    ]);
  });

  it("warns of empty parts, parts without labels and parts of one class, and throws nothing", () => {
    const notes = splitNotes({ train: [0, 1, 2], validation: [3, 5], test: [] }, targets);
    expect(notes.map(({ kind, part, target }) => [kind, part, target])).toEqual([
      ["one-class", "validation", "active"],
      ["no-labels", "validation", "y"],
      ["empty-part", "test", undefined],
    ]);
    expect(notes[0]!.message).toMatch(/All 1 labels of "active" in the validation part are 1: ROC-AUC/);
  });

  it("counts the molecules whose scaffold is in another part", () => {
    const overlap = splitOverlap({ train: [0, 1], validation: [], test: [2, 3, 4] }, [
      "a",
      "b",
      "a",
      "a",
      "c",
    ]);
    expect(overlap).toEqual([
      { part: "test", other: "train", keys: 1, molecules: 2, share: 2 / 3 },
      { part: "validation", other: "train", keys: 0, molecules: 0, share: null },
      { part: "test", other: "validation", keys: 0, molecules: 0, share: 0 },
    ]);
  });
});

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
