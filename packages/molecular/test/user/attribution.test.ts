import { afterAll, describe, expect, it } from "vitest";
import { enumeratedSmiles } from "../../src/data/enumerated.ts";
import { sharedRdkit } from "../../src/molecule/rdkit.ts";
import { attribute, withoutAtom } from "../../src/predictor/attribution.ts";
import { attributionSvg, diverging } from "../../src/predictor/attribution-svg.ts";
import { makePredictor } from "../../src/predictor/predictor.ts";
import { quick, tinyTrained } from "./tiny.ts";

const rdkit = await sharedRdkit();
const canonical = async (smiles: string): Promise<string> => {
  // What is left of a molecule of one atom.
  if (smiles === "") return "";
  const found = await rdkit.withMolecule(smiles, (molecule) => molecule.canonicalSmiles());
  if (!found.ok) throw new Error(`${smiles}: ${found.problem.reason}`);
  return found.value;
};
const cut = async (smiles: string): Promise<string[]> => {
  const found = await rdkit.withMolecule(smiles, (molecule) => {
    const structure = molecule.structure();
    return structure.atoms.map((_, atom) => withoutAtom(structure, atom));
  });
  if (!found.ok) throw new Error(found.problem.reason);
  return Promise.all(found.value.map(canonical));
};

describe("a molecule without an atom", () => {
  it.each([
    ["CCO", ["CO", "C.O", "CC"]],
    ["C=O", ["O", "C"]],
    ["C", [""]],
    ["c1ccccc1", new Array<string>(6).fill("C=CC=CC")],
    ["C[N+](C)(C)C", ["C[NH+](C)C", "C.C.C.C", "C[NH+](C)C", "C[NH+](C)C", "C[NH+](C)C"]],
    ["[Na+].[Cl-]", ["[Cl-]", "[Na+]"]],
  ])("%s is what a chemist would draw, atom by atom", async (smiles, expected) => {
    expect(await cut(smiles)).toEqual(await Promise.all(expected.map(canonical)));
  });

  it("is a molecule that RDKit reads, with one atom less, for enumerated molecules", async () => {
    for (const smiles of enumeratedSmiles(25)) {
      const found = await rdkit.withMolecule(smiles, (molecule) => molecule.structure());
      if (!found.ok) throw new Error(smiles);
      const atoms = found.value.atoms.length;
      for (let atom = 0; atom < atoms; atom++) {
        const left = await rdkit.withMolecule(
          withoutAtom(found.value, atom),
          (m) => m.structure().atoms.length,
        );
        expect(left).toEqual({ ok: true, value: atoms - 1 });
      }
    }
  });
});

describe.each([
  ["mlp", { name: "mlp", width: 8, bits: 128, dropout: 0 }],
  ["gin", { name: "gin", width: 8, depth: 2 }],
] as const)("attribution of a %s", async (_, model) => {
  const predictor = await makePredictor({ ...(await tinyTrained({ model })), run: quick.run! });
  afterAll(() => predictor.dispose());

  it("equals brute force: predictions of the molecules that a chemist would draw", async () => {
    const { value, atoms } = await attribute(predictor, "CCO");
    const [whole, ...without] = (await predictor.values(["CCO", "CO", "C.O", "CC"]))["y"]!;
    expect(value).toBeCloseTo(whole!, 5);
    atoms.forEach((share, i) => expect(share).toBeCloseTo(whole! - without[i]!, 5));
  });

  it("is the same for atoms that symmetry cannot tell apart, and in any order of writing", async () => {
    const { atoms } = await attribute(predictor, "c1ccccc1");
    for (const share of atoms) expect(share).toBeCloseTo(atoms[0]!, 5);
    const [forwards, backwards] = [await attribute(predictor, "CCCO"), await attribute(predictor, "OCCC")];
    forwards.atoms.forEach((share, i) => expect(share).toBeCloseTo(backwards.atoms[3 - i]!, 5));
    expect(Math.max(...forwards.atoms.map(Math.abs))).toBeGreaterThan(1e-4);
  });

  it("has no share for the only atom, and refuses what is no molecule or no target", async () => {
    expect((await attribute(predictor, "C")).atoms).toEqual([Number.NaN]);
    await expect(attribute(predictor, "C1CC")).rejects.toMatchObject({ code: "bad-data" });
    await expect(attribute(predictor, "CC", "z")).rejects.toThrow(/does not predict "z"; it predicts y/);
  });
});

describe("the drawing", () => {
  it("colours atoms by sign and strength, and faint ones not at all", async () => {
    expect(diverging(0)).toEqual([1, 1, 1]);
    const [raises, lowers] = [diverging(1), diverging(-1)];
    expect(raises[0]).toBeGreaterThan(raises[2]);
    expect(lowers[2]).toBeGreaterThan(lowers[0]);
    expect(diverging(7)).toEqual(raises);
    const svg = await attributionSvg({ smiles: "CCO", atoms: [1, -1, 0.01] });
    const ellipses = svg.match(/<ellipse[^>]*>/g) ?? [];
    expect(ellipses).toHaveLength(2);
    expect(ellipses[0]).toContain("#E57219");
    expect(svg.startsWith("<svg")).toBe(true);
    expect(rdkit.open).toBe(0);
  });

  it("is plain without attributions", async () => {
    expect(await attributionSvg({ smiles: "C", atoms: [Number.NaN] })).not.toContain("<ellipse");
  });
});
