/** A tetrahedral centre's sense, seen from its first neighbour in `neighbours` order; an implicit hydrogen comes last. */
export type Chirality = "none" | "clockwise" | "counterclockwise" | "other";
export type BondStereo = "none" | "Z" | "E" | "cis" | "trans" | "any";

export interface Atom {
  readonly element: number;
  readonly charge: number;
  /** Hydrogens that are not atoms of the graph. */
  readonly hydrogens: number;
  readonly radicals: number;
  readonly isotope: number;
  readonly chirality: Chirality;
  readonly aromatic: boolean;
  readonly inRing: boolean;
}

export interface Bond {
  readonly begin: number;
  readonly end: number;
  /** 1, 2, 3 … in the Kekule form; 17 is a dative bond from `begin` to `end`. */
  readonly order: number;
  readonly aromatic: boolean;
  /** By the Cahn-Ingold-Prelog rules where they decide, else relative to `stereoAtoms`. */
  readonly stereo: BondStereo;
  /** For a double bond with known geometry: a neighbour of `begin`, a neighbour of `end`, and whether they lie on one side. */
  readonly geometry: { readonly atoms: readonly [number, number]; readonly cis: boolean } | null;
}

/** A link from an atom: the bond's index and the atom at its other end. */
export interface Link {
  readonly bond: number;
  readonly atom: number;
}

export interface Structure {
  readonly atoms: readonly Atom[];
  readonly bonds: readonly Bond[];
  /** For every atom its links, in the order of the bonds. */
  readonly neighbours: readonly (readonly Link[])[];
  readonly rings: readonly (readonly number[])[];
}

interface JsonAtom {
  z?: number;
  chg?: number;
  impHs?: number;
  nRad?: number;
  isotope?: number;
  stereo?: string;
}
interface JsonBond {
  bo?: number;
  atoms: [number, number];
  stereo?: string;
  stereoAtoms?: [number, number];
}
interface JsonMolecule {
  atoms: JsonAtom[];
  bonds: JsonBond[];
  extensions?: { name: string; aromaticAtoms?: number[]; aromaticBonds?: number[]; atomRings?: number[][] }[];
}

const CHIRALITY: Readonly<Record<string, Chirality>> = {
  unspecified: "none",
  cw: "clockwise",
  ccw: "counterclockwise",
};

const pair = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`);

/** E and Z of double bonds by atom pair, from RDKit's `get_stereo_tags`. */
function labels(stereoTags: string | null): Map<string, "E" | "Z"> {
  const found = new Map<string, "E" | "Z">();
  if (stereoTags === null) return found;
  const { CIP_bonds: bonds } = JSON.parse(stereoTags) as { CIP_bonds: [number, number, string][] };
  for (const [a, b, label] of bonds) {
    if (label === "(E)" || label === "(Z)") found.set(pair(a, b), label === "(E)" ? "E" : "Z");
  }
  return found;
}

function stereoOf(bond: JsonBond, label: "E" | "Z" | undefined): BondStereo {
  if (label) return label;
  if (bond.stereo === "cis" || bond.stereo === "trans") return bond.stereo;
  return bond.stereo === "either" ? "any" : "none";
}

/**
 * Reads RDKit's JSON form of one molecule (`get_json`, CommonChem with RDKit's extension) and, for double bonds, the output of
 * `get_stereo_tags`.
 */
export function parseStructure(json: string, stereoTags: string | null): Structure {
  const molecule = (JSON.parse(json) as { molecules: JsonMolecule[] }).molecules[0]!;
  const extension = molecule.extensions?.find(({ name }) => name === "rdkitRepresentation");
  const aromaticAtoms = new Set(extension?.aromaticAtoms);
  const aromaticBonds = new Set(extension?.aromaticBonds);
  const rings = extension?.atomRings ?? [];
  const inRing = new Set(rings.flat());
  const label = labels(stereoTags);

  const atoms = molecule.atoms.map(
    (atom, i): Atom => ({
      element: atom.z ?? 6,
      charge: atom.chg ?? 0,
      hydrogens: atom.impHs ?? 0,
      radicals: atom.nRad ?? 0,
      isotope: atom.isotope ?? 0,
      chirality: CHIRALITY[atom.stereo ?? "unspecified"] ?? "other",
      aromatic: aromaticAtoms.has(i),
      inRing: inRing.has(i),
    }),
  );
  const neighbours: Link[][] = atoms.map(() => []);
  const bonds = molecule.bonds.map((bond, b): Bond => {
    const [begin, end] = bond.atoms;
    neighbours[begin]!.push({ bond: b, atom: end });
    neighbours[end]!.push({ bond: b, atom: begin });
    const known = bond.stereoAtoms !== undefined && (bond.stereo === "cis" || bond.stereo === "trans");
    return {
      begin,
      end,
      order: bond.bo ?? 1,
      aromatic: aromaticBonds.has(b),
      stereo: stereoOf(bond, label.get(pair(begin, end))),
      geometry: known ? { atoms: bond.stereoAtoms!, cis: bond.stereo === "cis" } : null,
    };
  });
  return { atoms, bonds, neighbours, rings };
}
