import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { array, assert, constantFrom, nat, property } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  BBBP,
  createRdkit,
  ESOL,
  type Rdkit,
  readMolecules,
  type SplitVariant,
  splitByScaffold,
  splitMolecules,
} from "../src/index.ts";
import { writeSmiles } from "../src/molecule/smiles.ts";

let rdkit: Rdkit;
beforeAll(async () => {
  rdkit = await createRdkit();
});

async function scaffold(smiles: string, stereo = false): Promise<string> {
  const found = await rdkit.withMolecule(smiles, (m) => m.scaffold(stereo));
  if (!found.ok) throw new Error(found.problem.reason);
  return found.value;
}

async function canonical(smiles: string): Promise<string> {
  const found = await rdkit.withMolecule(smiles, (m) => m.canonicalSmiles());
  if (!found.ok) throw new Error(found.problem.reason);
  return found.value;
}

async function rewritten(smiles: string): Promise<string> {
  const found = await rdkit.withMolecule(smiles, (m) => {
    const structure = m.structure();
    const hydrogens = structure.atoms.map((atom) => atom.hydrogens);
    return writeSmiles(structure, { kept: hydrogens.map(() => true), hydrogens, stereo: true });
  });
  if (!found.ok) throw new Error(found.problem.reason);
  return canonical(found.value);
}

describe("murcko scaffold", () => {
  it.each([
    ["CCO", ""],
    ["CC(=O)Oc1ccccc1C(=O)O", "c1ccccc1"],
    ["c1ccccc1CCc1ccncc1", "c1ccc(CCc2ccncc2)cc1"],
    ["CC1CCCCC1=O", "O=C1CCCCC1"],
    ["Cn1cccc1", "c1cc[nH]c1"],
    ["CC(=O)c1ccccc1C(=O)c1ccccc1", "O=C(c1ccccc1)c1ccccc1"],
    ["C1CC1.CCO.C1CCC1", "C1CC1.C1CCC1"],
  ])("of %s is %s", async (smiles, expected) => {
    expect(await scaffold(smiles)).toBe(expected === "" ? "" : await canonical(expected));
  });

  it("keeps the chirality of centres that lost nothing, when asked", async () => {
    const whole = "C1CC[C@H](c2ccccc2)N1";
    expect(await scaffold(`C${whole}`, true)).toBe(await canonical(whole));
    expect(await scaffold(`C${whole}`)).toBe(await canonical(whole.replace("@", "")));
    expect(await scaffold("C1CC[C@](C)(c2ccccc2)N1", true)).toBe(await canonical("C1CCC(c2ccccc2)N1"));
  });

  it("keeps the geometry of double bonds, also when the neighbour that it was given by is cut", async () => {
    expect(await scaffold("Cc1ccccc1/C=C/c1ccccc1", true)).toBe(await canonical("c1ccccc1/C=C/c1ccccc1"));
    expect(await scaffold("C/C(c1ccccc1)=C/c1ccccc1", true)).toBe(await canonical("c1ccccc1\\C=C/c1ccccc1"));
  });
});

describe("the SMILES writer", () => {
  it.each([
    "C[C@H](N)C(=O)O",
    "N[C@@H](C)C(=O)O",
    "[C@H](F)(Cl)Br",
    "C[C@@]1(F)CC[C@H](O)C1",
    "C/C=C/C=C\\C",
    "C/C=C(/C)\\C=C/C(C)=C",
    "O=C1/C(=C/c2ccccc2)CC1",
    "[13CH3][N+](C)(C)C.[Cl-]",
    "C[S@](=O)c1ccccc1",
    "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
    "CN1C[C@H](C(=O)O)C=C2c3cccc4[nH]cc(c34)C[C@@H]12",
    "C1CC2CCC1CC2",
    "c1ccc2c(c1)[nH]c1ccccc12",
  ])("writes %s so that RDKit reads the same molecule", async (smiles) => {
    expect(await rewritten(smiles)).toBe(await canonical(smiles));
  });
});

const scaffolds = array(constantFrom("a", "b", "c", "d", "e", "f", "g"), {
  minLength: 1,
  maxLength: 60,
});
const variants: SplitVariant[] = ["ogb", "deepchem", "balanced", "random"];

describe("splits", () => {
  it.each(variants)("%s puts every row into exactly one part", (variant) => {
    assert(
      property(scaffolds, nat(), (list, seed) => {
        const { train, validation, test } = splitByScaffold(list, { variant, seed });
        const all = [...train, ...validation, ...test].sort((a, b) => a - b);
        expect(all).toEqual(list.map((_, row) => row));
      }),
    );
  });

  it.each(["ogb", "deepchem", "balanced"] as const)(
    "%s never divides a scaffold nor overfills a part",
    (variant) => {
      assert(
        property(scaffolds, nat(), (list, seed) => {
          const { train, validation, test } = splitByScaffold(list, { variant, seed });
          const kinds = [train, validation, test].map((rows) => new Set(rows.map((row) => list[row])));
          expect(kinds.reduce((sum, set) => sum + set.size, 0)).toBe(new Set(list).size);
          expect(train.length).toBeLessThanOrEqual(0.8 * list.length);
        }),
      );
    },
  );

  it("ogb goes by size, then by the later first row", () => {
    // c has 3 rows; a and b 2 each, b begins later; d, e, f 1 each, f latest. Room for 8 of 10, then 9 of 10.
    const list = ["a", "b", "c", "c", "c", "a", "b", "d", "e", "f"];
    expect(splitByScaffold(list, { variant: "ogb" })).toEqual({
      train: [0, 1, 2, 3, 4, 5, 6, 9],
      validation: [8],
      test: [7],
    });
  });

  it.each(["balanced", "random"] as const)("%s depends on the seed and on nothing else", (variant) => {
    const list = Array.from({ length: 200 }, (_, i) => String(i % 90));
    const first = splitByScaffold(list, { variant, seed: 1 });
    expect(splitByScaffold(list, { variant, seed: 1 })).toEqual(first);
    expect(splitByScaffold(list, { variant, seed: 2 })).not.toEqual(first);
    expect([first.train.length, first.validation.length, first.test.length].every((n) => n > 10)).toBe(true);
  });

  it("refuses shares that do not sum to one, unknown variants and nothing at all", () => {
    expect(() => splitByScaffold(["a"], { variant: "ogb", fractions: [0.8, 0.1, 0.2] })).toThrow(/sum to 1/);
    expect(() => splitByScaffold(["a"], { variant: "butina" as never })).toThrow(/choose ogb/);
    expect(() => splitByScaffold([], { variant: "ogb" })).toThrow(/no molecules/);
  });
});

const data = process.env["OUTRIGGER_DATA"];

describe.skipIf(!data)("the ogb split equals OGB's index files (needs OUTRIGGER_DATA)", () => {
  const folder = join(data ?? "", "molecular", "ogb_scaffold_splits");
  const official = (file: string): number[] =>
    gunzipSync(readFileSync(join(folder, file)))
      .toString()
      .trim()
      .split("\n")
      .map(Number);

  it.each([
    ["molesol", ESOL, 1128],
    ["molbbbp", BBBP, 2039],
  ] as const)("%s", async (name, source, count) => {
    const table = await readMolecules(
      { path: join(folder, `${name}.mapping.csv`) },
      { smiles: "smiles", targets: source.targets, rdkit },
    );
    expect(table.smiles.length).toBe(count);
    const split = await splitMolecules(table.smiles, { variant: "ogb", rdkit, cache: false });
    expect(split).toEqual({
      train: official(`${name}.train.csv.gz`),
      validation: official(`${name}.valid.csv.gz`),
      test: official(`${name}.test.csv.gz`),
    });
  });
});
