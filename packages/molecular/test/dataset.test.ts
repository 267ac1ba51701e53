import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readColumns } from "@outrigger/core/data/csv";
import { OutriggerError } from "@outrigger/core/error";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BBBP, createRdkit, ESOL, MOLECULE_SOURCES, type Rdkit, readMolecules } from "../src/index.ts";

let rdkit: Rdkit;
const folder = mkdtempSync(join(tmpdir(), "molecules-"));
beforeAll(async () => {
  rdkit = await createRdkit();
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (text: string, options = {}) => readMolecules({ text }, { rdkit, ...options });

async function refusal(text: string, options = {}): Promise<OutriggerError> {
  const error = await read(text, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OutriggerError);
  return error as OutriggerError;
}

const CSV = `name,SMILES,y,z
ethanol,CCO,1.5,
"1,2-ethanediol",OCCO ,-2e-1,1
broken,C1CC,3,0
,,4,0
text,CCN,NaN,1
acid,CC(=O)O,2,0
`;

describe("readMolecules", () => {
  it("takes blanks as missing and reports bad rows with line, value and reason", async () => {
    const table = await read(CSV, { targets: ["y", "z"] });
    expect(table.smiles).toEqual(["CCO", "OCCO", "CC(=O)O"]);
    expect(table.rows).toEqual([2, 3, 7]);
    expect([...table.targets["y"]!.values]).toEqual([1.5, -0.2, 2]);
    expect([...table.targets["z"]!.present]).toEqual([0, 1, 1]);
    expect([...table.targets["z"]!.values]).toEqual([0, 1, 0]);
    expect(table.problems).toEqual([
      { row: 4, column: "SMILES", value: "C1CC", reason: "unclosed ring for input: 'C1CC'" },
      { row: 5, column: "SMILES", value: "", reason: "The SMILES string is empty." },
      {
        row: 6,
        column: "y",
        value: "NaN",
        reason: "A label must be a finite number; leave the cell blank if it is missing.",
      },
    ]);
  });

  it("finds the SMILES column and the columns of numbers by itself", async () => {
    const table = await read(CSV);
    expect(Object.keys(table.targets)).toEqual(["y", "z"]);
  });

  it("reads gzip files", async () => {
    const path = join(folder, "table.data");
    writeFileSync(path, gzipSync(CSV));
    const table = await readMolecules({ path }, { rdkit, targets: ["y"] });
    expect(table.smiles.length).toBe(3);
  });

  it("stops at the first bad row when told to", async () => {
    const error = await refusal(CSV, { targets: ["y"], onInvalid: "error" });
    expect([error.code, error.details["row"]]).toEqual(["bad-data", 4]);
    expect(error.message).toMatch(/row 4.*C1CC.*unclosed ring.*onInvalid/);
  });

  it("lets a 5,000-atom chain cost its own row only", async () => {
    const table = await read(`smiles,y\nCCO,1\n${"C".repeat(5000)},2\nCCN,3\n`);
    expect(table.smiles).toEqual(["CCO", "CCN"]);
    expect(table.problems[0]).toMatchObject({ row: 3 });
    expect(table.problems[0]!.reason).toMatch(/5000 characters/);
    expect(table.problems[0]!.value.length).toBeLessThan(201);
  });

  it.each(["inf", "Infinity", "-nan", "0x10", "1,5", "n/a"])("reports the label %s", async (label) => {
    const table = await read(`smiles,y\nCCO,1\nCCN,"${label}"\nCCC,2\n`, { targets: ["y"] });
    expect(table.problems).toMatchObject([{ row: 3, column: "y", value: label }]);
  });

  it.each([
    ["a missing target", CSV, { targets: ["yy"] }, "bad-data", /no column "yy".*Did you mean "y".*"SMILES"/],
    ["a missing SMILES column", "a,y\nCCO,1\n", {}, "bad-data", /option "smiles".*"a", "y"/],
    ["an empty file", "", {}, "bad-file", /empty/],
    [
      "no valid molecule",
      "smiles,y\nxyz,1\nC1,2\n",
      {},
      "bad-data",
      /no valid molecule.*Row 2, "xyz".*Is "smiles" the column/,
    ],
    ["no labels", "smiles,y\nCCO,\nCCN,\n", { targets: ["y"] }, "bad-data", /missing.*Fill some in/],
    [
      "one label value only",
      "smiles,y\nCCO,3\nCCN,3\n",
      { targets: ["y"] },
      "bad-data",
      /are 3.*nothing to learn/,
    ],
    ["no targets", "smiles,y\nCCO,1\n", { targets: [] }, "bad-option", /at least one column/],
    ["no numbers", "smiles,y\nCCO,a\n", {}, "bad-data", /no column of numbers/],
  ])("names the cure for %s", async (_, text, options, code, message) => {
    const error = await refusal(text, options);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("the public files (need OUTRIGGER_DATA)", () => {
  for (const source of Object.values(MOLECULE_SOURCES)) {
    const path = join(data ?? "", "molecular", source.file);
    const title = `${source.name} has the checksum and the columns that its entry says`;
    it.skipIf(!existsSync(path))(`${title} (needs ${source.file})`, () => {
      const bytes = readFileSync(path);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(source.sha256);
      const { header } = readColumns({ path });
      for (const column of [source.smiles, ...source.targets]) expect(header).toContain(column);
    });
  }

  it.each([
    [ESOL, 1128, 0],
    [BBBP, 2039, 11],
  ])("$name reads with the known number of bad rows", async (source, molecules, bad) => {
    const path = join(data ?? "", "molecular", source.file);
    const table = await readMolecules({ path }, { rdkit, smiles: source.smiles, targets: source.targets });
    expect([table.smiles.length, table.problems.length]).toEqual([molecules, bad]);
  });
});
