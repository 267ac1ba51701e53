import type { Bond, Structure } from "./structure.ts";

/** Order number that RDKit's JSON gives a dative bond. */
export const DATIVE = 17;

/** What a bond adds to the valence of one of its atoms; a dative bond counts only where it arrives. */
export function valenceShare(bond: Bond, atom: number): number {
  if (bond.order !== DATIVE) return bond.order;
  return bond.end === atom ? 1 : 0;
}

/** Neighbours in the graph plus implicit hydrogens. */
export const totalDegree = (structure: Structure, atom: number): number =>
  structure.neighbours[atom]!.length + structure.atoms[atom]!.hydrogens;

/** Sum of the Kekule bond orders, without implicit hydrogens. */
export const bondOrders = (structure: Structure, atom: number): number =>
  structure.neighbours[atom]!.reduce((sum, { bond }) => sum + valenceShare(structure.bonds[bond]!, atom), 0);

/** Sum of the Kekule bond orders plus implicit hydrogens. */
export const totalValence = (structure: Structure, atom: number): number =>
  bondOrders(structure, atom) + structure.atoms[atom]!.hydrogens;
