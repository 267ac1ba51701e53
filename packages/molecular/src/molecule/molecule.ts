import { OutriggerError } from "@outrigger/core/error";
import type { MainModule, Mol, MolList } from "@rdkit/rdkit";
import { DESCRIPTOR_NAMES } from "../feature/descriptors.ts";
import { type FingerprintOptions, fingerprintSettings } from "./fingerprint-options.ts";
import { countInAnswer, type Queries } from "./queries.ts";
import { rawScaffold } from "./scaffold.ts";
import { parseStructure, type Structure } from "./structure.ts";

/** The part of a molecule that a salt is about. */
export interface LargestFragment {
  /** Canonical. */
  readonly smiles: string;
  /** How many fragments there are. */
  readonly fragments: number;
  /** Whether another, different fragment is equally large, so that the choice is arbitrary. */
  readonly tied: boolean;
}

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
  /** The 43 numbers named by `DESCRIPTOR_NAMES`, in that order; some 0.7 ms for a drug-sized molecule. */
  descriptors(): Float64Array;
  /** A fingerprint, packed: bit i is `bytes[i >> 3] >> (i & 7) & 1`; settings, sources and errors at `fingerprintSettings`. */
  fingerprint(options: FingerprintOptions): Uint8Array;
  /** The Morgan fingerprint, by default of radius 2 and 2048 bits as in the MoleculeNet baselines ("ECFP4"). */
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
  /**
   * Of the parts that no bond joins, the one with most heavy atoms; one with carbon goes before one without, so that a small
   * amine is kept and its sulfate is not. Of two equally large ones, the first by canonical SMILES.
   */
  largestFragment(): LargestFragment;
  /** Canonical SMILES in which every hydrogen is an atom of its own. RDKit drops them again when it reads that with its defaults. */
  withHydrogens(): string;
  /**
   * How often each SMARTS pattern occurs, as sets of atoms: a benzene ring counts once, not once a starting atom. At most 1000 are
   * counted, as in RDKit elsewhere. Every pattern is compiled once an instance and kept until `Rdkit.freeQueries`.
   *
   * Cost: some 6 µs a pattern for a drug-sized molecule, and more for nested ones.
   *
   * @throws OutriggerError `bad-option` for a pattern that is no SMARTS
   */
  countMatches(smarts: readonly string[]): Int32Array;
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

/** What `get_json` says of a molecule. */
export function structureOf(mol: Mol): Structure {
  const json = mol.get_json();
  return parseStructure(json, json.includes('"stereoAtoms"') ? mol.get_stereo_tags() : null);
}

const HYDROGEN = 1;
const CARBON = 6;

/** Reads every fragment and frees its handle, and the list's. */
function fragmentsOf(mol: Mol): { smiles: string; carbon: boolean; heavy: number }[] {
  const { molList } = mol.get_frags() as { molList: MolList };
  const fragments = [];
  try {
    while (!molList.at_end()) {
      const part = molList.next()!;
      try {
        const elements = structureOf(part).atoms.map((atom) => atom.element);
        fragments.push({
          smiles: part.get_smiles(),
          carbon: elements.includes(CARBON),
          heavy: elements.filter((element) => element !== HYDROGEN).length,
        });
      } finally {
        part.delete();
      }
    }
  } finally {
    molList.delete();
  }
  return fragments;
}

function largestFragment(mol: Mol): LargestFragment {
  const fragments = fragmentsOf(mol).sort(
    (a, b) =>
      Number(b.carbon) - Number(a.carbon) ||
      b.heavy - a.heavy ||
      (a.smiles < b.smiles ? -1 : Number(a.smiles > b.smiles)),
  );
  const [first] = fragments;
  const tied = fragments.some(
    ({ smiles, carbon, heavy }) =>
      carbon === first!.carbon && heavy === first!.heavy && smiles !== first!.smiles,
  );
  return { smiles: first!.smiles, fragments: fragments.length, tied };
}

function withHydrogens(module: MainModule, mol: Mol): string {
  const copy = module.get_mol_copy(mol)!;
  try {
    copy.add_hs_in_place();
    return copy.get_smiles();
  } finally {
    copy.delete();
  }
}

/** Lends `mol` to `use` as a `Molecule`, and takes it back: whoever keeps the molecule gets an error, not freed memory. */
export function scoped<T>(module: MainModule, queries: Queries, mol: Mol, use: (molecule: Molecule) => T): T {
  let lent = true;
  const handle = (): Mol => {
    if (lent) return mol;
    throw new OutriggerError(
      "bad-option",
      "A molecule was used after the function that it was lent to had returned; take the values out inside of it.",
    );
  };
  let known: Structure | undefined;
  const structure = (): Structure => {
    const own = handle();
    return (known ??= structureOf(own));
  };
  const molecule: Molecule = {
    canonicalSmiles: () => handle().get_smiles(),
    largestFragment: () => largestFragment(handle()),
    withHydrogens: () => withHydrogens(module, handle()),
    countMatches: (smarts) =>
      Int32Array.from(smarts, (each) => countInAnswer(handle().get_substruct_matches(queries.compile(each)))),
    structure,
    scaffold: (stereo) => canonical(module, rawScaffold(structure(), stereo)),
    svg: (drawing) => draw(handle(), drawing),
    descriptors: () => descriptorRow(handle().get_descriptors()),
    fingerprint: (options) => fingerprintSettings(options).read(handle()),
    morgan: (radius, bits) => fingerprintSettings({ kind: "morgan", radius, bits }).read(handle()),
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
