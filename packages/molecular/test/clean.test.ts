import { OutriggerError } from "@outrigger/core/error";
import { array, assert, asyncProperty, constantFrom, option, record } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type CleaningOptions, cleanMolecules } from "../src/data/clean.ts";
import { type MoleculeTable, readMolecules } from "../src/data/dataset.ts";
import { loadDataset } from "../src/data/load.ts";
import { BACE, BBBP, CLINTOX, ESOL, FREESOLV, LIPOPHILICITY, SIDER, TOX21 } from "../src/data/sources.ts";
import { createRdkit, type Rdkit } from "../src/molecule/rdkit.ts";

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});

const read = (text: string): Promise<MoleculeTable> => readMolecules({ text }, { rdkit, labels: "optional" });

const clean = async (text: string, options: CleaningOptions = {}): ReturnType<typeof cleanMolecules> =>
  cleanMolecules(await read(text), { rdkit, ...options });

async function refusal(text: string, options: CleaningOptions): Promise<OutriggerError> {
  const error: unknown = await clean(text, options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OutriggerError);
  return error as OutriggerError;
}

const labels = ({ targets }: MoleculeTable, name = "y"): (number | null)[] => {
  const { values, present } = targets[name]!;
  return [...values].map((value, i) => (present[i] === 1 ? value : null));
};

describe("salts", () => {
  const SALTS = "smiles,y\nCCO,1\nCC(=O)[O-].[Na+],2\nOS(=O)(=O)O.CN,3\nCCN.CCO,4\n";

  it("become their largest fragment, one with carbon first, and every choice is reported", async () => {
    const { table, report } = await clean(SALTS, { duplicates: "keep" });
    expect(table.smiles).toEqual(["CCO", "CC(=O)[O-]", "CN", "CCN"]);
    expect(table.canonical).toEqual(["CCO", "CC(=O)[O-]", "CN", "CCN"]);
    expect(report.salts).toEqual([
      { row: 3, from: "CC(=O)[O-].[Na+]", kept: "CC(=O)[O-]", fragments: 2, tied: false },
      { row: 4, from: "OS(=O)(=O)O.CN", kept: "CN", fragments: 2, tied: false },
      { row: 5, from: "CCN.CCO", kept: "CCN", fragments: 2, tied: true },
    ]);
    expect(rdkit.open).toBe(0);
  });

  it("merge with the molecule that they are made of", async () => {
    const { table, report } = await clean("smiles,y\nCCN,1\nCCN.Cl,1\n[Na+].[Cl-],2\n");
    expect(table.smiles).toEqual(["CCN", "[Cl-]"]);
    expect(report.duplicates).toEqual([{ smiles: "CCN", rows: [2, 3] }]);
  });

  it("stay, or are left out with line and reason, when told so", async () => {
    const kept = await clean(SALTS, { salts: "keep" });
    expect([kept.table.smiles.length, kept.report.salts]).toEqual([4, []]);
    const { table, report } = await clean(SALTS, { salts: "reject" });
    expect([table.smiles, table.rows, labels(table)]).toEqual([["CCO"], [2], [1]]);
    expect(report.rejected.map(({ row, reason }) => [row, reason])).toEqual(
      [3, 4, 5].map((row) => [row, 'It has 2 fragments; salts: "largest" keeps the largest.']),
    );
    expect(table.problems).toEqual(report.rejected);
  });
});

describe("hydrogens", () => {
  it("are written as atoms, and the molecule stays the same", async () => {
    const { table } = await clean("smiles,y\nCCO,1\nC[C@H](N)C(=O)O,2\nF/C=C/F,3\n", {
      hydrogens: "explicit",
    });
    expect(table.smiles[0]).toBe("[H]OC([H])([H])C([H])([H])[H]");
    expect(table.canonical).toEqual(["CCO", "C[C@H](N)C(=O)O", "F/C=C/F"]);
    const again = await readMolecules(
      { text: `smiles,y\n${table.smiles.map((s, i) => `${s},${i}`).join("\n")}` },
      { rdkit },
    );
    expect(again.canonical).toEqual(table.canonical);
    expect(rdkit.open).toBe(0);
  });

  it("that make a molecule too large cost its row only", async () => {
    const { table, report } = await clean(`smiles,y\nCCO,1\n${"C".repeat(300)},2\n`, {
      hydrogens: "explicit",
    });
    expect(table.rows).toEqual([2]);
    expect(report.rejected).toMatchObject([
      { row: 3, reason: expect.stringMatching(/hydrogens: .*more than the/) as string },
    ]);
  });
});

const REGRESSION = "smiles,y\nCCO,1.5\nOCC,2.5\nCCN,7\nC(C)O,\nNCC,7\nCCC,3\n";
const CLASSES = "smiles,y\nCCO,1\nOCC,1\nC(O)C,0\nCCN,1\nNCC,0\nCCC,0\n";

describe("duplicates", () => {
  it("with equal labels merge, with different numbers take the mean, and the spread is told", async () => {
    const { table, report } = await clean(REGRESSION);
    expect([table.smiles, table.rows, labels(table)]).toEqual([
      ["CCO", "CCN", "CCC"],
      [2, 4, 7],
      [2, 7, 3],
    ]);
    expect(report.duplicates).toEqual([
      { smiles: "CCO", rows: [2, 3, 5] },
      { smiles: "CCN", rows: [4, 6] },
    ]);
    expect(report.conflicts).toEqual([{ target: "y", rows: [2, 3], labels: [1.5, 2.5], became: 2 }]);
    // Pooled over both pairs: 0.5 of squares from the first, none from the second, one degree of freedom each.
    expect(report.spread).toEqual([
      { target: "y", repeated: 2, different: 1, sd: Math.sqrt(0.5 / 2), largest: 1 },
    ]);
  });

  it("with different classes follow the majority, and lose the label in a tie", async () => {
    const { table, report } = await clean(CLASSES);
    expect([table.smiles, labels(table)]).toEqual([
      ["CCO", "CCC"],
      [1, 0],
    ]);
    expect(report.conflicts).toEqual([
      { target: "y", rows: [2, 3, 4], labels: [1, 1, 0], became: 1 },
      { target: "y", rows: [5, 6], labels: [1, 0], became: null },
    ]);
    expect(report.rejected.map(({ row, reason }) => [row, reason])).toEqual(
      [5, 6].map((row) => [row, "Rows 5, 6 are one molecule whose labels contradict each other."]),
    );
  });

  it("fill each other's missing labels, and lose only the label that is in conflict", async () => {
    const text = "smiles,a,b\nCCO,1,\nOCC,,5\nCCN,1,2\nNCC,2,2\nCCC,3,4\n";
    const { table } = await clean(text, { conflicts: "drop" });
    expect(labels(table, "a")).toEqual([1, null, 3]);
    expect(labels(table, "b")).toEqual([5, 2, 4]);
  });

  it("keep a molecule that never had a label", async () => {
    const { table, report } = await clean("smiles,y\nCCO,\nOCC,\nCCN,1\n");
    expect([labels(table), report.rejected, report.constantTargets]).toEqual([[null, 1], [], ["y"]]);
  });

  it("include stereoisomers when stereochemistry is put aside", async () => {
    const text = "smiles,y\nC[C@H](N)C(=O)O,1\nC[C@@H](N)C(=O)O,3\nF/C=C/F,1\nF/C=C\\F,2\nFC=CF,6\n";
    expect((await clean(text)).table.smiles.length).toBe(5);
    const { table } = await clean(text, { stereo: false });
    expect([table.smiles, labels(table)]).toEqual([
      ["C[C@H](N)C(=O)O", "F/C=C/F"],
      [2, 3],
    ]);
  });

  it.each<[string, string, CleaningOptions, string, RegExp]>([
    ["error", REGRESSION, { conflicts: "error" }, "bad-data", /Rows 2, 3.*1.5, 2.5.*"y"/],
    ["mean of classes", CLASSES, { conflicts: "mean" }, "bad-option", /"y" is 0 or 1.*majority/],
    ["an unknown policy", CLASSES, { conflicts: "vote" as never }, "bad-option", /"vote".*auto, mean/],
    ["an unknown choice", CLASSES, { salts: "strip" as never }, "bad-option", /salts is "strip"/],
    [
      "nothing left",
      "smiles,y\nC.N,1\nO.N,2\n",
      { salts: "reject" },
      "bad-data",
      /leaves no molecule.*Row 2/,
    ],
  ])("names the cure for %s", async (_, text, options, code, message) => {
    const error = await refusal(text, options);
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(message)]);
  });
});

describe("cleaning", () => {
  const smiles = constantFrom(
    "CCO",
    "OCC",
    "CCO.Cl",
    "CCN",
    "NCC.OCC",
    "C[C@H](N)O",
    "C[C@@H](N)O",
    "[Na+].[Cl-]",
    "c1ccccc1",
  );
  const rows = array(record({ smiles, y: option(constantFrom(0, 1, 2.5)), c: option(constantFrom(0, 1)) }), {
    minLength: 1,
    maxLength: 15,
  });
  const options = record({
    salts: constantFrom("largest", "keep", "reject"),
    hydrogens: constantFrom("implicit", "explicit"),
    duplicates: constantFrom("merge", "keep"),
    conflicts: constantFrom("auto", "majority", "drop"),
    stereo: constantFrom(true, false),
  });

  it("accounts for every row, gives each molecule once, and changes nothing the second time", async () => {
    await assert(
      asyncProperty(rows, options, async (given, chosen) => {
        const table = await read(
          `smiles,y,c\n${given.map((row) => `${row.smiles},${row.y ?? ""},${row.c ?? ""}`).join("\n")}\nCCCC,2.5,1\n`,
        );
        const once = await cleanMolecules(table, { rdkit, ...chosen });
        const { molecules, kept, rejected, duplicates } = once.report;
        const merged = duplicates.reduce((sum, { rows: same }) => sum + same.length - 1, 0);
        expect(kept + rejected.length + merged).toBe(molecules);
        const mentioned = [
          ...once.table.rows,
          ...rejected.map(({ row }) => row),
          ...duplicates.flatMap((group) => group.rows.slice(1)),
        ];
        expect(mentioned.sort((a, b) => a - b)).toEqual([...table.rows]);
        if (chosen.duplicates === "merge") expect(new Set(once.table.canonical).size).toBe(kept);
        const twice = await cleanMolecules(once.table, { rdkit, ...chosen });
        expect(twice.table).toEqual(once.table);
        expect([twice.report.salts, twice.report.duplicates, twice.report.conflicts]).toEqual([[], [], []]);
      }),
      { numRuns: 40 },
    );
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("the public files (need OUTRIGGER_DATA)", () => {
  // Rows, refused SMILES, rows too many of one molecule, molecules with different labels, salts: counted once with RDKit 2026.09.1.
  it.each([
    [ESOL, 1128, 0, 11, 6, 0],
    [FREESOLV, 642, 0, 0, 0, 0],
    [LIPOPHILICITY, 4200, 0, 0, 0, 1],
    [BACE, 1513, 0, 0, 0, 0],
    [BBBP, 2050, 11, 64, 10, 105],
    [CLINTOX, 1484, 4, 19, 19, 14],
    [SIDER, 1427, 0, 0, 0, 182],
    [TOX21, 7831, 8, 0, 0, 244],
  ])(
    "$name has the known bad rows, duplicates, conflicts and salts",
    async (source, rows, bad, extra, conflicts, salts) => {
      const table = await loadDataset(source, { rdkit });
      expect([table.smiles.length + table.problems.length, table.problems.length]).toEqual([rows, bad]);
      const { report } = await cleanMolecules(table, { rdkit, salts: "keep", conflicts: "majority" });
      const lost = new Set(report.rejected.map(({ reason }) => reason)).size;
      const different = new Set(report.conflicts.map((conflict) => conflict.rows.join()));
      expect([report.molecules - report.kept - lost, different.size]).toEqual([extra, conflicts]);
      const largest = await cleanMolecules(table, { rdkit, duplicates: "keep" });
      expect(largest.report.salts.length).toBe(salts);
      expect(rdkit.open).toBe(0);
    },
  );
});
