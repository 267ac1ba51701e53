import { OutriggerError } from "@outrigger/core/error";
import type { MainModule, Mol } from "@rdkit/rdkit";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import { rawScaffold } from "./scaffold.ts";
import { parseStructure, type Structure } from "./structure.ts";

/** How a molecule is drawn. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** By atom, red, green and blue from 0 to 1; atoms without a colour are not highlighted. */
  readonly colours?: ReadonlyMap<number, readonly [red: number, green: number, blue: number]>;
}

/** A molecule on loan: its methods work until the function that it was lent to returns, and give plain data. */
export interface Molecule {
  /** RDKit's canonical SMILES, with stereochemistry. */
  canonicalSmiles(): string;
  /** Atoms, bonds (Kekule form) and rings. */
  structure(): Structure;
  /** The 43 numbers named by `DESCRIPTOR_NAMES`, in that order; some 1.5-2.5 ms for a drug-sized molecule. */
  descriptors(): Float64Array;
  /**
   * Morgan fingerprint, packed: bit i is `bytes[i >> 3] >> (i & 7) & 1`, `bits / 8` bytes. Rogers and Hahn, "Extended-
   * Connectivity Fingerprints", J. Chem. Inf. Model. 2010, https://doi.org/10.1021/ci100050t. Defaults 2 and 2048 as in the
   * MoleculeNet baselines ("ECFP4").
   */
  morgan(radius?: number, bits?: number): Uint8Array;
  /**
   * Bemis-Murcko scaffold as canonical SMILES, `""` for a molecule without rings: rings, the chains between them, and atoms
   * double-bonded to either. `stereo` keeps what chirality and double-bond geometry survive the cut: OGB splits by scaffolds
   * with it, DeepChem without.
   *
   * Bemis and Murcko, "The Properties of Known Drugs. 1. Molecular Frameworks", J. Med. Chem. 1996,
   * https://doi.org/10.1021/jm9602928.
   */
  scaffold(stereo: boolean): string;
  /** RDKit's drawing as SVG text, without an XML declaration and with a transparent background; some 7 ms. */
  svg(drawing: Drawing): string;
}

/** The canonical form of a string that this package wrote itself. */
function canonical(module: MainModule, smiles: string): string {
  if (smiles === "") return "";
  const mol = module.get_mol(smiles);
  if (mol === null)
    throw new OutriggerError(
      "bad-data",
      `RDKit cannot read the scaffold ${smiles}; please report the molecule.`,
      { smiles },
    );
  try {
    return mol.get_smiles();
  } finally {
    mol.delete();
  }
}

function structureOf(mol: Mol): Structure {
  const json = mol.get_json();
  return parseStructure(json, json.includes('"stereoAtoms"') ? mol.get_stereo_tags() : null);
}

/** Lends `mol` to `use` as a `Molecule`, and takes it back: whoever keeps the molecule gets an error, not freed memory. */
export function scoped<T>(module: MainModule, mol: Mol, use: (molecule: Molecule) => T): T {
  let lent = true;
  const handle = (): Mol => {
    if (lent) return mol;
    throw new OutriggerError(
      "bad-option",
      "A molecule was used after the function that it was lent to had returned; take the values out inside of it.",
    );
  };
  const molecule: Molecule = {
    canonicalSmiles: () => handle().get_smiles(),
    structure: () => structureOf(handle()),
    scaffold: (stereo) => canonical(module, rawScaffold(structureOf(handle()), stereo)),
    svg: (drawing) => draw(handle(), drawing),
    descriptors: () => descriptorRow(handle().get_descriptors()),
    morgan: (radius = 2, bits = 2048) => {
      if (!Number.isInteger(radius) || radius < 0)
        throw new OutriggerError("bad-option", `radius must be a whole number from 0, not ${radius}.`, {
          radius,
        });
      if (!Number.isInteger(bits) || bits < 8 || bits % 8 !== 0)
        throw new OutriggerError("bad-option", `bits must be a positive multiple of 8, not ${bits}.`, {
          bits,
        });
      return Uint8Array.from(
        handle().get_morgan_fp_as_uint8array(JSON.stringify({ radius, nBits: bits })) as Uint8Array,
      );
    },
  };
  try {
    return use(molecule);
  } finally {
    lent = false;
  }
}

function draw(mol: Mol, { width, height, colours = new Map() }: Drawing): string {
  const details = {
    width,
    height,
    atoms: [...colours.keys()],
    // Bonds have two ends of two colours: atoms alone are told apart.
    bonds: [],
    highlightAtomColors: Object.fromEntries(colours),
    backgroundColour: [1, 1, 1, 0],
    clearBackground: false,
  };
  return mol.get_svg_with_highlights(JSON.stringify(details)).replace(/^<\?xml[^>]*\?>\s*/, "");
}

function descriptorRow(json: string): Float64Array {
  const values = JSON.parse(json) as Record<string, number>;
  return Float64Array.from(DESCRIPTOR_NAMES, (name) => {
    const value = values[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new OutriggerError("non-finite", `RDKit gives ${String(value)} for the descriptor ${name}.`, {
      name,
    });
  });
}
