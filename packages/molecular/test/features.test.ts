import { beforeAll, describe, expect, it } from "vitest";
import {
  ATOM_VOCABULARY,
  BOND_VOCABULARY,
  conjugatedBonds,
  createRdkit,
  DESCRIPTOR_NAMES,
  hybridizations,
  type Molecule,
  moleculeGraph,
  popcount,
  type Rdkit,
  tanimoto,
  unpackBits,
} from "../src/index.ts";

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});

async function of<T>(smiles: string, use: (molecule: Molecule) => T): Promise<T> {
  const found = await rdkit.withMolecule(smiles, use);
  if (!found.ok) throw new Error(found.problem.reason);
  return found.value;
}
const graph = (smiles: string) => of(smiles, (m) => moleculeGraph(m.structure()));
const column = (data: Int32Array, width: number, k: number): number[] =>
  Array.from({ length: data.length / width }, (_, i) => data[i * width + k]!);
const conjugation = (smiles: string) => of(smiles, (m) => conjugatedBonds(m.structure()));
const hybridization = (smiles: string) =>
  of(smiles, (m) => hybridizations(m.structure(), conjugatedBonds(m.structure())));

describe("OGB features", () => {
  it("of benzene: six equal aromatic ring carbons and bonds", async () => {
    const benzene = await graph("c1ccccc1");
    expect([benzene.atomCount, benzene.bondCount]).toEqual([6, 6]);
    for (let i = 0; i < 6; i++) {
      expect(Array.from(benzene.atoms.slice(i * 9, i * 9 + 9))).toEqual([5, 0, 3, 5, 1, 0, 1, 1, 1]);
      expect(Array.from(benzene.bonds.slice(i * 3, i * 3 + 3))).toEqual([3, 0, 1]);
    }
    expect(benzene.edges.length).toBe(12);
  });

  it("of acetamide, worked by hand", async () => {
    const amide = await graph("CC(=O)N");
    expect([...amide.atoms]).toEqual(
      [
        [5, 0, 4, 5, 3, 0, 2, 0, 0],
        [5, 0, 3, 5, 0, 0, 1, 0, 0],
        [7, 0, 1, 5, 0, 0, 1, 0, 0],
        [6, 0, 3, 5, 2, 0, 1, 0, 0],
      ].flat(),
    );
    expect([...amide.bonds]).toEqual([0, 0, 0, 1, 0, 1, 0, 0, 1]);
    expect([...amide.edges]).toEqual([0, 1, 1, 2, 1, 3]);
  });

  it("tell mirror images apart, and only them", async () => {
    const [left, right, flat] = await Promise.all(
      ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O"].map(graph),
    );
    expect([left, right, flat].map((g) => column(g!.atoms, 9, 1)[1])).toEqual([2, 1, 0]);
    expect(column(left!.atoms, 9, 0)).toEqual(column(right!.atoms, 9, 0));
  });

  it("tell E from Z, also across a ring of substituents and in a diene", async () => {
    const stereo = async (smiles: string) => column((await graph(smiles)).bonds, 3, 1);
    expect(await stereo("F/C=C/F")).toEqual([0, 2, 0]);
    expect(await stereo("F/C=C\\F")).toEqual([0, 1, 0]);
    expect(await stereo("FC=CF")).toEqual([0, 0, 0]);
    expect(await stereo("C/C=C/C=C\\C")).toEqual([0, 2, 0, 1, 0]);
  });

  it("hold charges, radicals, isotopes of hydrogen, wildcards and unusual valences in range", async () => {
    expect([...(await graph("[Na+].[Cl-]")).atoms]).toEqual([
      10, 0, 0, 6, 0, 0, 5, 0, 0, 16, 0, 0, 4, 0, 0, 2, 0, 0,
    ]);
    expect(column((await graph("[CH3]")).atoms, 9, 5)).toEqual([1]);
    expect(column((await graph("*C")).atoms, 9, 0)).toEqual([118, 5]);
    for (const smiles of [
      "[2H]O[2H]",
      "FS(F)(F)(F)(F)F",
      "[Fe+6]",
      "[NH3][Pt](Cl)(Cl)[NH3]",
      "*C",
      "O=[U]=O",
    ]) {
      const { atoms, bonds } = await graph(smiles);
      for (const [i, value] of atoms.entries()) expect(value).toBeLessThan(ATOM_VOCABULARY[i % 9]!);
      for (const [i, value] of bonds.entries()) expect(value).toBeLessThan(BOND_VOCABULARY[i % 3]!);
      expect(Math.min(...atoms, ...bonds)).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("conjugation and hybridisation", () => {
  it("conjugate amides, dienes, esters and aniline, but not allyl, sulfones or isolated bonds", async () => {
    expect(await conjugation("C=CC=C")).toEqual([true, true, true]);
    expect(await conjugation("C=CCC=C")).toEqual([false, false, false, false]);
    expect(await conjugation("CC(=O)OC")).toEqual([false, true, true, false]);
    expect(await conjugation("Nc1ccccc1")).toEqual([true, true, true, true, true, true, true]);
    expect(await conjugation("CS(=O)(=O)C")).toEqual([false, false, false, false]);
    expect(await conjugation("C#CC=C")).toEqual([true, true, true]);
  });

  it("assign textbook orbitals", async () => {
    expect(await hybridization("CC#N")).toEqual(["SP3", "SP", "SP"]);
    expect(await hybridization("CC(=O)NC")).toEqual(["SP3", "SP2", "SP2", "SP2", "SP3"]);
    expect(await hybridization("CN(C)C")).toEqual(["SP3", "SP3", "SP3", "SP3"]);
    expect((await hybridization("FP(F)(F)(F)F"))[1]).toBe("SP3D");
    expect((await hybridization("FS(F)(F)(F)(F)F"))[1]).toBe("SP3D2");
    expect((await hybridization("C=C=C"))[1]).toBe("SP");
  });
});

describe("descriptors and fingerprints", () => {
  it("give aspirin's known values", async () => {
    const values = await of("CC(=O)Oc1ccccc1C(=O)O", (m) => m.descriptors());
    const value = (name: string): number => values[DESCRIPTOR_NAMES.indexOf(name)]!;
    expect(values.length).toBe(43);
    expect(value("amw")).toBeCloseTo(180.159, 3);
    expect(value("tpsa")).toBeCloseTo(63.6, 6);
    expect(value("CrippenClogP")).toBeCloseTo(1.3101, 6);
    expect(["NumHBD", "NumHBA", "NumRotatableBonds", "NumHeavyAtoms", "NumAtoms"].map(value)).toEqual([
      1, 3, 2, 13, 21,
    ]);
  });

  it("name every number that RDKit gives", () => {
    expect(new Set(DESCRIPTOR_NAMES).size).toBe(43);
  });

  it("set few bits for few environments, the same ones for any spelling", async () => {
    const [a, b, benzene] = await Promise.all(
      ["OCC", "CCO", "c1ccccc1"].map((s) => of(s, (m) => m.morgan())),
    );
    expect(a!.length).toBe(256);
    expect(a).toEqual(b);
    // Two carbons and one oxygen, then three different neighbourhoods of radius 1; radius 2 adds nothing new.
    expect(popcount(a!)).toBe(6);
    // One kind of atom: one environment a radius.
    expect(popcount(benzene!)).toBe(3);
    const row = new Float32Array(4096);
    unpackBits(a!, row, 2048);
    expect(row.reduce((x, y) => x + y)).toBe(6);
    expect(row.subarray(0, 2048).some((bit) => bit !== 0)).toBe(false);
    for (const [i, bit] of row.subarray(2048).entries()) expect(bit).toBe((a![i >> 3]! >> (i & 7)) & 1);
    expect(() => unpackBits(a!, new Float32Array(2047))).toThrow(/2048 bits do not fit/);
  });

  it("are refused with options that make no sense", async () => {
    await expect(of("CCO", (m) => m.morgan(2, 0))).rejects.toThrow(/multiple of 8/);
    await expect(of("CCO", (m) => m.morgan(-1))).rejects.toThrow(/radius/);
  });

  it("compare by shared bits", () => {
    expect(tanimoto(Uint8Array.of(0b1100, 1), Uint8Array.of(0b0110, 1))).toBe(2 / 4);
    expect(tanimoto(Uint8Array.of(0), Uint8Array.of(0))).toBe(1);
    expect(() => tanimoto(new Uint8Array(1), new Uint8Array(2))).toThrow(/8 and 16/);
  });
});
