import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Candidate,
  candidate,
  candidateBook,
  candidateColumns,
  candidateValues,
  createRdkit,
  DESCRIPTOR_NAMES,
  enumeratedSmiles,
  FRAGMENT_PATTERNS,
  fragmentRows,
  type Rdkit,
  varyingCandidates,
} from "../src/index.ts";

interface Oracle {
  readonly rdkit: string;
  readonly patterns: readonly string[];
  readonly molecules: readonly {
    readonly smiles: string;
    readonly indices: Readonly<Record<string, number>>;
    readonly fragments: Readonly<Record<string, number>>;
  }[];
}
const oracle = JSON.parse(
  readFileSync(new URL("./fixtures/candidate-oracle.json", import.meta.url), "utf8"),
) as Oracle;
const SMILES = oracle.molecules.map(({ smiles }) => smiles);

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});
const computed = (
  names: readonly string[],
  smiles: readonly string[] = SMILES,
): Promise<Record<string, Float64Array>> => candidateValues(smiles, names, { rdkit, cache: false });

describe("the candidate book", () => {
  it("has 43 descriptors, 22 indices and 85 fragments, each with a name of its own and one sentence", () => {
    const count = (kind: Candidate["kind"]): number =>
      candidateBook.filter((each) => each.kind === kind).length;
    expect([count("descriptor"), count("graph-index"), count("fragment")]).toEqual([43, 22, 85]);
    expect(new Set(candidateBook.map(({ name }) => name)).size).toBe(150);
    for (const { describe: sentence } of candidateBook) expect(sentence).toMatch(/^[A-Z][^]{3,}[^.]\.$/);
  });

  it("names what is most like an unknown name", () => {
    expect(candidate("tpsa").unit).toBe("Å²");
    expect(() => candidate("balaban")).toThrow(/no candidate "balaban"; did you mean BalabanJ\?/);
    expect(() => candidate("HOMO")).toThrow(/the names are exactmw, amw/);
  });
});

describe("fragment counts", () => {
  it("are Python RDKit's for every molecule, and every pattern matches one of them", async () => {
    expect(rdkit.version).toBe(oracle.rdkit);
    expect(FRAGMENT_PATTERNS.map(({ name }) => name)).toEqual(oracle.patterns);
    const rows = await fragmentRows(SMILES, { rdkit, cache: false });
    const found = rows.map((row) =>
      Object.fromEntries(oracle.patterns.flatMap((name, k) => (row[k] === 0 ? [] : [[name, row[k]!]]))),
    );
    expect(found).toEqual(oracle.molecules.map(({ fragments }) => fragments));
    expect(new Set(found.flatMap((row) => Object.keys(row))).size).toBe(85);
  });

  it("compile each pattern once an instance and free it, also when a molecule is refused", async () => {
    const held: number[] = [];
    const watched: Rdkit = {
      ...rdkit,
      freeQueries: () => {
        held.push(rdkit.queries);
        rdkit.freeQueries();
      },
    };
    await fragmentRows(SMILES, { rdkit: watched, cache: false });
    await expect(fragmentRows(["CCO", "xyz"], { rdkit: watched, cache: false })).rejects.toThrow(
      /Molecule 1, "xyz"/,
    );
    // fr_Ar_NH and fr_Nhpyrrole are the same pattern.
    expect(held).toEqual([84, 84]);
    expect([rdkit.queries, rdkit.open]).toEqual([0, 0]);
  });

  it("refuse a pattern that is none, and survive an instance that crashed", async () => {
    const fragile = await createRdkit({ maxAtoms: 1e6, maxCharacters: 1e6 });
    const oxygens = (smiles: string): Promise<unknown> =>
      fragile.withMolecule(smiles, (m) => m.countMatches(["O", "[#8]-[#6]"])[0]);
    await expect(fragile.withMolecule("CCO", (m) => m.countMatches(["C(("]))).rejects.toThrow(
      /"C\(\(" is no SMARTS/,
    );
    expect(await oxygens("OCCO")).toEqual({ ok: true, value: 2 });
    expect(fragile.queries).toBe(2);
    expect((await fragile.withMolecule("C".repeat(5000), () => 1)).ok).toBe(false);
    expect(await oxygens("OCCO")).toEqual({ ok: true, value: 2 });
    fragile.freeQueries();
    expect(fragile.queries).toBe(0);
  });
});

describe("graph indices", () => {
  const RENAMED: Readonly<Record<string, string>> = { Chi1: "RandicIndex", ExactAvgIpc: "AvgIpc" };
  const DISCONNECTED_PARTS = ["Chi1"];

  interface Compared {
    readonly smiles: string;
    readonly expected: number;
    readonly found: number;
  }
  const wrong = (compared: readonly Compared[]): Compared[] =>
    compared.filter(
      ({ expected, found }) => !(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected))),
    );

  it.each([
    "HeavyAtomMolWt",
    "NumValenceElectrons",
    "FormalCharge",
    "BertzCT",
    "Chi1",
    "BalabanJ",
    "AvgIpc",
    "ExactAvgIpc",
  ])("%s is what Python computes", async (name) => {
    const ours = RENAMED[name] ?? name;
    const { [ours]: values } = await computed([ours]);
    const compared = oracle.molecules.flatMap(({ smiles, indices }, i) => {
      const expected = indices[name];
      // Of a salt the largest part counts here; an isotope counts with its mass number.
      const differs = (smiles.includes(".") && DISCONNECTED_PARTS.includes(name)) || smiles.includes("[13C");
      return expected === undefined || differs ? [] : [{ smiles, expected, found: values![i]! }];
    });
    expect(compared.length).toBeGreaterThan(80);
    expect(wrong(compared)).toEqual([]);
  });

  it("LogIpc is the logarithm of Python RDKit's Ipc", async () => {
    const { LogIpc } = await computed(["LogIpc"]);
    const compared = oracle.molecules.flatMap(({ smiles, indices }, i) =>
      indices["Ipc"] === undefined
        ? []
        : [{ smiles, expected: Math.log10(1 + indices["Ipc"]), found: LogIpc![i]! }],
    );
    expect(compared.length).toBeGreaterThan(80);
    expect(wrong(compared)).toEqual([]);
  });

  it("a labelled isotope weighs its mass number", async () => {
    const { HeavyAtomMolWt } = await computed(["HeavyAtomMolWt"], ["[13CH4]", "[2H]C"]);
    expect([...HeavyAtomMolWt!]).toEqual([13, 12.011]);
  });

  it("keep the closed forms of chains, rings and stars", async () => {
    const names = [
      "WienerIndex",
      "ZagrebM1",
      "ZagrebM2",
      "RandicIndex",
      "EccentricConnectivity",
      "PetitjeanIndex",
      "GraphDiameter",
      "GraphRadius",
      "SpectralRadius",
    ];
    const rows = async (smiles: string): Promise<number[]> => {
      const values = await computed(names, [smiles]);
      return names.map((name) => values[name]![0]!);
    };
    const near = (found: readonly number[], expected: readonly number[]): void =>
      expect(found.map((value) => value.toFixed(9))).toEqual(expected.map((value) => value.toFixed(9)));
    for (const n of [3, 5, 8, 31]) {
      const half = Math.floor(n / 2);
      const away = (i: number): number => Math.max(i, n - 1 - i);
      const eccentric = Array.from({ length: n }, (_, i) => away(i) * (i === 0 || i === n - 1 ? 1 : 2));
      near(await rows("C".repeat(n)), [
        (n ** 3 - n) / 6,
        4 * n - 6,
        4 * n - 8 + (n === 2 ? 1 : 0),
        (n - 3) / 2 + Math.SQRT2,
        eccentric.reduce((a, b) => a + b, 0),
        (n - 1 - half) / half,
        n - 1,
        half,
        2 * Math.cos(Math.PI / (n + 1)),
      ]);
      near(await rows(`C1${"C".repeat(n - 2)}C1`), [
        n % 2 === 0 ? n ** 3 / 8 : (n * (n ** 2 - 1)) / 8,
        4 * n,
        4 * n,
        n / 2,
        2 * n * half,
        0,
        half,
        half,
        2,
      ]);
    }
    near(await rows("CC(C)(C)C"), [16, 20, 16, 2, 12, 1, 2, 1, 2]);
    near(await rows("C"), [0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("count rings by size, whole-molecule numbers over a salt, and paths in its largest part", async () => {
    const names = ["NumRings3", "NumRings4", "NumRings5", "NumRings6", "NumRings7", "NumRings8OrMore"];
    const values = await computed(names, ["C1CC1C1CCC1", "c1ccc2c(c1)CCC2", "C1CCCCCC1C1CCCCCCCCC1"]);
    expect(names.map((name) => [...values[name]!])).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 1],
    ]);
    const salt = await computed(
      ["FormalCharge", "WienerIndex", "NumRings6"],
      ["[Na+].CCCC", "CCCC", "C1CCCCC1.C1CCCCC1"],
    );
    expect(Object.values(salt).map((each) => [...each])).toEqual([
      [1, 0, 0],
      [10, 10, 27],
      [0, 0, 2],
    ]);
  });

  it("do not depend on the order in which a SMILES lists the atoms", async () => {
    const names = candidateBook.filter(({ kind }) => kind === "graph-index").map(({ name }) => name);
    const one = await computed(names, ["CC(=O)Oc1ccccc1C(=O)O", "[Na+].CCO"]);
    const other = await computed(names, ["OC(=O)c1ccccc1OC(C)=O", "OCC.[Na+]"]);
    const differing = names.filter((name) =>
      [0, 1].some((i) => !(Math.abs(one[name]![i]! - other[name]![i]!) <= 1e-9 * Math.abs(one[name]![i]!))),
    );
    expect(differing).toEqual([]);
  });

  it("stay finite on the largest molecules, on lone atoms and on wildcards", async () => {
    const names = candidateBook.filter(({ kind }) => kind !== "descriptor").map(({ name }) => name);
    const values = await computed(names, [
      "C".repeat(520),
      "C1CC1".repeat(173),
      "[Na+]",
      "*",
      "[H][H]",
      "N->[Pt](<-N)(Cl)Cl",
    ]);
    expect(names.filter((name) => !values[name]!.every((value) => Number.isFinite(value)))).toEqual([]);
  });
});

describe("candidateColumns", () => {
  const smiles = enumeratedSmiles(60);
  const train = Array.from({ length: 40 }, (_, i) => i);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "candidates-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("standardises with the training molecules alone and clips", async () => {
    const names = ["CrippenClogP", "WienerIndex", "fr_benzene"];
    const columns = await candidateColumns(smiles, names, train, { rdkit, cache: folder });
    expect(Object.keys(columns)).toEqual(names);
    for (const { values } of Object.values(columns)) {
      const inTraining = train.map((row) => values[row]!);
      expect(inTraining.reduce((a, b) => a + b, 0) / 40).toBeCloseTo(0, 12);
      expect(inTraining.reduce((a, b) => a + b * b, 0) / 40).toBeCloseTo(1, 12);
    }
    const narrow = await candidateColumns(smiles, names, train, { rdkit, cache: folder, clip: 0.5 });
    expect(Math.max(...narrow["WienerIndex"]!.values)).toBe(0.5);
  });

  it("leaves out what is constant in training, with a note, and refuses to be left with nothing", async () => {
    const notes: string[] = [];
    const options = { rdkit, cache: folder, onNote: (note: string) => notes.push(note) };
    const columns = await candidateColumns(smiles, ["tpsa", "fr_azide", "NumRings8OrMore"], train, options);
    expect(Object.keys(columns)).toEqual(["tpsa"]);
    expect(notes).toEqual([
      "Left out, because all 40 training molecules have the same value: fr_azide, NumRings8OrMore.",
    ]);
    await expect(candidateColumns(smiles, ["fr_azide"], train, options)).rejects.toThrow(
      /None of fr_azide varies/,
    );
    await expect(candidateColumns(smiles, ["HOMO"], train, options)).rejects.toThrow(/no candidate "HOMO"/);
  });

  it("knows which candidates vary among the training molecules", async () => {
    const varying = await varyingCandidates(smiles, train, { rdkit, cache: folder });
    expect(varying).toEqual(expect.arrayContaining(["tpsa", "BalabanJ", "fr_amide"]));
    expect(varying).not.toContain("fr_azide");
    expect(await varyingCandidates(smiles, [3], { rdkit, cache: folder })).toEqual([]);
  });

  it("comes from the cache unchanged, and computes only the kinds that are asked for", async () => {
    const counting = { ...rdkit, calls: 0 };
    const asked: Rdkit = {
      ...rdkit,
      withMolecule: (text, use) => {
        counting.calls++;
        return rdkit.withMolecule(text, use);
      },
    };
    const fresh = mkdtempSync(join(tmpdir(), "candidates-"));
    const names = [DESCRIPTOR_NAMES[0]!, "BertzCT", "fr_amide"];
    const first = await candidateValues(smiles, names, { rdkit: asked, cache: fresh });
    expect(counting.calls).toBe(180);
    expect(await candidateValues(smiles, names, { rdkit: asked, cache: fresh })).toEqual(first);
    await candidateValues(smiles, ["fr_amide", "fr_ester"], { rdkit: asked, cache: fresh });
    expect(counting.calls).toBe(180);
    rmSync(fresh, { recursive: true });
  });
});
