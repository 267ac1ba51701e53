import rdkit, { type MainModule, type Mol, type MolList } from "@rdkit/rdkit";
import { beforeAll, describe, expect, it } from "vitest";
import { type LargestFragment, type Molecule, scoped } from "../src/molecule/molecule.ts";
import { createQueries } from "../src/molecule/queries.ts";

let module: MainModule;
beforeAll(async () => {
  module = await rdkit.default();
});

/** Runs `use` on a molecule and returns its value with every further handle that it made. */
function watched<T>(
  smiles: string,
  use: (molecule: Molecule) => T,
): { value: T; handles: { isDeleted(): boolean }[] } {
  const mol = module.get_mol(smiles)!;
  const handles: { isDeleted(): boolean }[] = [];
  const fragments = mol.get_frags.bind(mol) as () => { molList: MolList };
  mol.get_frags = () => {
    const { molList } = fragments();
    const next = molList.next.bind(molList);
    molList.next = () => {
      const part = next();
      handles.push(part!);
      return part;
    };
    handles.push(molList);
    return { molList };
  };
  const copying = {
    get_mol_copy: (other: Mol) => {
      const copy = module.get_mol_copy(other);
      handles.push(copy!);
      return copy;
    },
  } as unknown as MainModule;
  try {
    return { value: scoped(copying, createQueries(copying), mol, use), handles };
  } finally {
    mol.delete();
  }
}

const largest = (smiles: string): LargestFragment => watched(smiles, (m) => m.largestFragment()).value;

describe("the largest fragment", () => {
  it.each([
    ["CCO", "CCO", 1, false],
    ["[Na+].CC(=O)[O-]", "CC(=O)[O-]", 2, false],
    ["CN.OS(=O)(=O)O", "CN", 2, false],
    ["[Cl-].[Na+].O", "O", 3, true],
    ["CCO.CCO.Cl", "CCO", 3, false],
    ["CCO.CCN", "CCN", 2, true],
    ["[2H]C([2H])([2H])O.CCC", "CCC", 2, false],
  ])("of %s is %s", (smiles, expected, fragments, tied) => {
    expect(largest(smiles)).toEqual({ smiles: expected, fragments, tied });
  });

  it("does not depend on the order of the fragments", () => {
    const parts = ["CCO", "CCN", "c1ccccc1", "[Na+]", "n1ccccc1"];
    for (let k = 0; k < parts.length; k++)
      expect(largest([...parts.slice(k), ...parts.slice(0, k)].join("."))).toEqual({
        smiles: "c1ccccc1",
        fragments: 5,
        tied: true,
      });
  });
});

describe("handles", () => {
  it.each([
    ["largestFragment", 4, (molecule: Molecule) => molecule.largestFragment()],
    ["withHydrogens", 1, (molecule: Molecule) => molecule.withHydrogens()],
  ])("that %s makes (%i) are freed", (_, count, use) => {
    const { handles } = watched("CCO.[Na+].[Cl-]", use as (molecule: Molecule) => unknown);
    expect(handles.map((handle) => handle.isDeleted())).toEqual(new Array<boolean>(count).fill(true));
  });
});

describe("hydrogens", () => {
  it.each(["CCO", "C[C@H](N)C(=O)O", "F/C=C\\F", "c1cc[nH]c1", "[NH4+].[Cl-]", "[2H]OC"])(
    "written out for %s are read as the same molecule",
    (smiles) => {
      const explicit = watched(smiles, (m) => m.withHydrogens()).value;
      expect(explicit).toContain("[H]");
      const canonical = watched(smiles, (m) => m.canonicalSmiles()).value;
      expect(watched(explicit, (m) => m.canonicalSmiles()).value).toBe(canonical);
    },
  );
});
