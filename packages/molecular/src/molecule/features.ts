import { conjugatedBonds } from "./conjugation.ts";
import { type Hybridization, hybridizations } from "./hybridization.ts";
import { ATOM_VOCABULARY, BOND_VOCABULARY, type MoleculeGraph } from "./molecule-graph.ts";
import type { Bond, BondStereo, Chirality, Structure } from "./structure.ts";
import { totalDegree } from "./valence.ts";

/** Columns of `MoleculeGraph.atoms` and `.bonds`. */
export const ATOM_COLUMNS: number = ATOM_VOCABULARY.length;
export const BOND_COLUMNS: number = BOND_VOCABULARY.length;

const CHIRALITY: Readonly<Record<Chirality, number>> = {
  none: 0,
  clockwise: 1,
  counterclockwise: 2,
  other: 3,
};

const HYBRIDIZATION: Readonly<Record<Hybridization, number>> = {
  SP: 0,
  SP2: 1,
  SP3: 2,
  SP3D: 3,
  SP3D2: 4,
  S: 5,
  unspecified: 5,
};

const STEREO: Readonly<Record<BondStereo, number>> = { none: 0, Z: 1, E: 2, cis: 3, trans: 4, any: 5 };

/** A number's place in the range `from .. to`; everything outside shares the place after the last. */
const place = (value: number, from: number, to: number): number =>
  value >= from && value <= to ? value - from : to - from + 1;

function bondType({ aromatic, order }: Bond): number {
  if (aromatic) return 3;
  return order >= 1 && order <= 3 ? order - 1 : 4;
}

/**
 * The nine atom and three bond features of the Open Graph Benchmark, so that results compare with its published models:
 * atom = element, chirality, total degree, charge, hydrogens, radical electrons, hybridisation, aromatic, in a ring;
 * bond = type, stereo, conjugated. Shapes in `MoleculeGraph`. Linear in the number of bonds.
 *
 * Hu et al., "Open Graph Benchmark", NeurIPS 2020, https://arxiv.org/abs/2005.00687.
 */
export function moleculeGraph(structure: Structure): MoleculeGraph {
  const { atoms, bonds } = structure;
  const conjugated = conjugatedBonds(structure);
  const hybridization = hybridizations(structure, conjugated);
  // Filled in place: this runs for every molecule of a file, and arrays of arrays cost as much as the rules.
  const atomRows = new Int32Array(atoms.length * ATOM_COLUMNS);
  let at = 0;
  for (const [i, atom] of atoms.entries()) {
    atomRows[at++] = place(atom.element, 1, 118);
    atomRows[at++] = CHIRALITY[atom.chirality];
    atomRows[at++] = place(totalDegree(structure, i), 0, 10);
    atomRows[at++] = place(atom.charge, -5, 5);
    atomRows[at++] = place(atom.hydrogens, 0, 8);
    atomRows[at++] = place(atom.radicals, 0, 4);
    atomRows[at++] = HYBRIDIZATION[hybridization[i]!];
    atomRows[at++] = Number(atom.aromatic);
    atomRows[at++] = Number(atom.inRing);
  }
  const bondRows = new Int32Array(bonds.length * BOND_COLUMNS);
  const edges = new Int32Array(bonds.length * 2);
  for (const [b, bond] of bonds.entries()) {
    bondRows.set([bondType(bond), STEREO[bond.stereo], Number(conjugated[b])], b * BOND_COLUMNS);
    edges.set([bond.begin, bond.end], b * 2);
  }
  return {
    atomCount: atoms.length,
    bondCount: bonds.length,
    atoms: atomRows,
    bonds: bondRows,
    edges,
  };
}
